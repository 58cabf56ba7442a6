import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ctcAlign } from './ctcAlign.ts';
import { ctcGreedy } from './ctcGreedy.ts';
import { ctcPrefixBeam } from './ctcPrefixBeam.ts';
import { logSoftmax } from './logSoftmax.ts';

/** Repeats merged, blanks dropped. */
function collapse(path: readonly number[], blank: number): number[] {
  return path.filter((label, t) => label !== blank && label !== path[t - 1]);
}

function* paths(T: number, C: number): Generator<number[]> {
  for (let code = 0; code < C ** T; code++) {
    yield Array.from({ length: T }, (_, t) => Math.floor(code / C ** t) % C);
  }
}

interface Text {
  readonly labels: number[];
  /** Log-probability of all paths, and of the best one. */
  all: number;
  best: number;
}

/** Every text that T steps can read as, best first: by trying all C^T paths. */
function exhaustive(logProbs: Float32Array, T: number, C: number, blank: number): Text[] {
  const texts = new Map<string, Text>();
  for (const path of paths(T, C)) {
    const logProb = path.reduce((sum, label, t) => sum + logProbs[t * C + label]!, 0);
    const labels = collapse(path, blank);
    const text = texts.get(labels.join()) ?? { labels, all: 0, best: -Infinity };
    text.all += Math.exp(logProb);
    text.best = Math.max(text.best, logProb);
    texts.set(labels.join(), text);
  }
  const found = [...texts.values()];
  for (const text of found) text.all = Math.log(text.all);
  return found.sort((a, b) => b.all - a.all);
}

/** Prefix beam search as in the paper, over a map from text to its two probabilities. */
function plainBeam(logProbs: Float32Array, T: number, C: number, beam: number) {
  let kept = new Map([['', { blank: 1, label: 0 }]]);
  for (let t = 0; t < T; t++) {
    const next = new Map<string, { blank: number; label: number }>();
    const add = (key: string, end: 'blank' | 'label', probability: number): void => {
      const entry = next.get(key) ?? { blank: 0, label: 0 };
      entry[end] += probability;
      next.set(key, entry);
    };
    for (const [key, { blank, label }] of kept) {
      const last = key === '' ? 0 : Number(key.split(',').at(-1));
      for (let c = 0; c < C; c++) {
        const probability = Math.exp(logProbs[t * C + c]!);
        const longer = key === '' ? `${c}` : `${key},${c}`;
        if (c === 0) add(key, 'blank', (blank + label) * probability);
        else if (c === last) {
          add(key, 'label', label * probability);
          add(longer, 'label', blank * probability);
        } else add(longer, 'label', (blank + label) * probability);
      }
    }
    const ranked = [...next].sort(([, a], [, b]) => b.blank + b.label - a.blank - a.label);
    kept = new Map(ranked.slice(0, beam));
  }
  return [...kept].map(([key, { blank, label }]) => ({ key, logProb: Math.log(blank + label) }));
}

/** Numbers of which no two sums are equal, so that both searches must break no ties. */
function untied(seed: number, count: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 8 - 4;
  });
}

/** T, C, blank and [T, C] log-probabilities, small enough to try every path. */
const lattice = fc
  .record({ T: fc.integer({ min: 0, max: 5 }), C: fc.integer({ min: 2, max: 4 }) })
  .chain(({ T, C }) =>
    fc.record({
      T: fc.constant(T),
      C: fc.constant(C),
      blank: fc.integer({ min: 0, max: C - 1 }),
      logProbs: fc
        .array(fc.float({ min: -4, max: 4, noNaN: true }), { minLength: T * C, maxLength: T * C })
        .map((logits) => logSoftmax(Float32Array.from(logits), T, C)),
    }),
  );

/** A row per step; the class of the step has nearly all the probability. */
function sure(path: readonly number[], C: number): Float32Array {
  const logits = new Float32Array(path.length * C);
  path.forEach((label, t) => {
    logits[t * C + label] = 12;
  });
  return logSoftmax(logits, path.length, C);
}

describe('ctcGreedy', () => {
  it('merges repeats, drops blanks, and says where each label lay', () => {
    const path = [0, 2, 2, 0, 2, 1, 1, 0];
    expect(ctcGreedy(sure(path, 3), 8, 3)).toMatchObject({
      labels: [2, 2, 1],
      starts: [1, 4, 5],
      ends: [3, 5, 7],
    });
  });

  it('reads logits and log-probabilities alike, and scores the best path', () => {
    const logits = Float32Array.of(1, 3, -2, 0.5, 0.25, 2);
    const fromLogits = ctcGreedy(logits, 2, 3);
    const fromLogProbs = ctcGreedy(logSoftmax(logits, 2, 3), 2, 3);
    expect(fromLogProbs.labels).toEqual(fromLogits.labels);
    expect(fromLogProbs.score).toBeCloseTo(fromLogits.score, 5);
    const best = exhaustive(logSoftmax(logits, 2, 3), 2, 3, 0).reduce(
      (a, b) => Math.max(a, b.best),
      -Infinity,
    );
    expect(fromLogits.score).toBeCloseTo(best, 5);
  });

  it('takes another class as the blank', () => {
    expect(ctcGreedy(sure([2, 0, 2, 1], 3), 4, 3, 2).labels).toEqual([0, 1]);
  });

  it('reads nothing from no steps', () => {
    expect(ctcGreedy(new Float32Array(0), 0, 3)).toEqual({ labels: [], starts: [], ends: [], score: 0 });
  });

  it('refuses scores of another shape and a blank that is no class', () => {
    expect(() => ctcGreedy(new Float32Array(5), 2, 3)).toThrow(
      expect.objectContaining({ code: 'MODEL_SHAPE', details: { expected: [2, 3], got: 5 } }),
    );
    expect(() => ctcGreedy(new Float32Array(6), 2, 3, 3)).toThrow(
      expect.objectContaining({ code: 'ARGUMENT', details: { blank: 3, C: 3 } }),
    );
  });
});

describe('ctcPrefixBeam', () => {
  it('is exhaustive search when the beam holds every text', () => {
    fc.assert(
      fc.property(lattice, ({ T, C, blank, logProbs }) => {
        const expected = exhaustive(logProbs, T, C, blank);
        const found = ctcPrefixBeam(logProbs, T, C, { beam: 2000, alternatives: 2000, blank });
        expect(found.length).toBe(expected.length);
        const scores = new Map(expected.map(({ labels, all }) => [labels.join(), all]));
        for (const { labels, score } of found) expect(score).toBeCloseTo(scores.get(labels.join())!, 4);
        found.forEach(({ score }, i) => {
          expect(score).toBeCloseTo(expected[i]!.all, 4);
        });
      }),
    );
  });

  it('prunes like the plain search that keeps its texts in a map', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 12 }), (seed, beam) => {
        const [T, C] = [9, 6];
        const logProbs = logSoftmax(untied(seed, T * C), T, C);
        const expected = plainBeam(logProbs, T, C, beam);
        const found = ctcPrefixBeam(logProbs, T, C, { beam, alternatives: beam });
        expect(found.map((text) => text.labels.join())).toEqual(expected.map((text) => text.key));
        found.forEach(({ score }, i) => {
          expect(score).toBeCloseTo(expected[i]!.logProb, 5);
        });
      }),
    );
  });

  it('adds up paths where the greedy decoder sees one', () => {
    // The classic: blank leads at each step, yet "1" has more probability over its three paths.
    const logProbs = Float32Array.of(0.6, 0.4, 0.6, 0.4).map(Math.log);
    expect(ctcGreedy(logProbs, 2, 2).labels).toEqual([]);
    const [best, second] = ctcPrefixBeam(logProbs, 2, 2, { beam: 4, alternatives: 2 });
    expect(best!.labels).toEqual([1]);
    expect(Math.exp(best!.score)).toBeCloseTo(0.64, 6);
    expect(second!.labels).toEqual([]);
  });

  it('keeps to the beam and to the number of alternatives', () => {
    const logProbs = logSoftmax(new Float32Array(20), 4, 5);
    expect(ctcPrefixBeam(logProbs, 4, 5, { beam: 3, alternatives: 9 })).toHaveLength(3);
    expect(ctcPrefixBeam(logProbs, 4, 5, { beam: 9, alternatives: 2 })).toHaveLength(2);
  });

  it('does not lengthen by classes below minLogProb', () => {
    const logProbs = Float32Array.of(0.7, 0.2, 0.1).map(Math.log);
    const labels = (minLogProb: number) =>
      ctcPrefixBeam(logProbs, 1, 3, { beam: 9, alternatives: 9, minLogProb }).map((one) => one.labels);
    expect(labels(-Infinity)).toEqual([[], [1], [2]]);
    expect(labels(Math.log(0.15))).toEqual([[], [1]]);
  });

  it.each([
    { beam: 0, alternatives: 1 },
    { beam: 4, alternatives: 1.5 },
    { beam: 4, alternatives: 1, blank: -1 },
  ])('refuses %o', (options) => {
    expect(() => ctcPrefixBeam(new Float32Array(2), 1, 2, options)).toThrow(
      expect.objectContaining({ code: 'ARGUMENT' }),
    );
  });
});

describe('ctcAlign', () => {
  it('scores the best of all paths of the text, and its spans read as that text', () => {
    fc.assert(
      fc.property(lattice, ({ T, C, blank, logProbs }) => {
        for (const { labels, best } of exhaustive(logProbs, T, C, blank)) {
          const { starts, ends, score } = ctcAlign(logProbs, T, C, labels, blank);
          expect(score).toBeCloseTo(best, 4);
          const path = new Array<number>(T).fill(blank);
          for (const [i, label] of labels.entries()) path.fill(label, starts[i], ends[i]);
          expect(collapse(path, blank)).toEqual(labels);
          expect(path.reduce((sum, label, t) => sum + logProbs[t * C + label]!, 0)).toBeCloseTo(best, 4);
        }
      }),
    );
  });

  it('has no path where the steps are too few', () => {
    const logProbs = logSoftmax(new Float32Array(6), 2, 3);
    expect(ctcAlign(logProbs, 2, 3, [1, 1])).toEqual({
      labels: [1, 1],
      starts: [0, 0],
      ends: [0, 0],
      score: -Infinity,
    });
    expect(ctcAlign(logProbs, 2, 3, [1, 2]).score).toBeCloseTo(2 * Math.log(1 / 3), 6);
  });

  it('refuses a label that is no class', () => {
    expect(() => ctcAlign(new Float32Array(3), 1, 3, [0])).toThrow(/label 0/);
    expect(() => ctcAlign(new Float32Array(3), 1, 3, [3])).toThrow(
      expect.objectContaining({ code: 'ARGUMENT' }),
    );
  });
});
