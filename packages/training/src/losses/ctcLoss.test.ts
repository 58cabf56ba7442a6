import { ctcGreedy } from '@rivulet/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowMajorLogits } from '../fixtures/rowMajorLogits.ts';
import { Random } from '../random.ts';
import { ctcLoss, minimumSteps } from './ctcLoss.ts';
import fixture from './fixtures/pytorchCtc.json' with { type: 'json' };

function randomLogits(T: number, C: number, seed: number, size = 2): Float32Array {
  const random = Random.fromSeed(seed);
  return Float32Array.from({ length: T * C }, () => size * random.normal());
}

/** Sums over every path of classes that reads as the labels: slow, and right by definition. */
function lossByPaths(logits: Float32Array, T: number, C: number, labels: readonly number[]): number {
  let total = 0;
  const path = new Array<number>(T).fill(0);
  for (let n = 0; n < C ** T; n++) {
    let rest = n;
    let probability = 1;
    for (let t = 0; t < T; t++) {
      path[t] = rest % C;
      rest = Math.floor(rest / C);
      const row = logits.subarray(t * C, (t + 1) * C);
      probability *= Math.exp(row[path[t]!]!) / row.reduce((sum, logit) => sum + Math.exp(logit), 0);
    }
    const read = path.filter((c, t) => c !== 0 && c !== path[t - 1]);
    if (read.join() === labels.join()) total += probability;
  }
  return -Math.log(total);
}

describe('ctcLoss', () => {
  it.each(fixture.cases)("gives PyTorch's loss and gradient: $steps steps, $labels", (expected) => {
    const { steps, classes, labels } = expected;
    const logits = Float32Array.from(expected.logits);
    const gradient = new Float32Array(logits.length);
    const loss = ctcLoss(logits, rowMajorLogits(classes), steps, classes, labels, gradient);
    // The logits of the fixture are float64 of three decimals, ours their float32.
    expect(loss).toBeCloseTo(expected.loss, 4);
    expected.gradient.forEach((slope, i) => {
      expect(gradient[i]).toBeCloseTo(slope, 5);
    });
  });

  it.each([[[]], [[1]], [[1, 2]], [[1, 1]], [[2, 1, 2]]])(
    'is the sum over all paths that read %j',
    (labels) => {
      const logits = randomLogits(5, 3, labels.length);
      expect(ctcLoss(logits, rowMajorLogits(3), 5, 3, labels)).toBeCloseTo(
        lossByPaths(logits, 5, 3, labels),
        8,
      );
    },
  );

  it('has the gradient that finite differences give', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 5 }),
        fc.integer(),
        (extra, labels, seed) => {
          const C = 5;
          const T = minimumSteps(labels) + extra;
          const logits = randomLogits(T, C, seed);
          const gradient = new Float32Array(T * C);
          ctcLoss(logits, rowMajorLogits(C), T, C, labels, gradient);
          const step = 2 ** -8;
          for (let i = 0; i < logits.length; i++) {
            const moved = (by: number): number => {
              const other = logits.slice();
              other[i]! += by;
              return ctcLoss(other, rowMajorLogits(C), T, C, labels);
            };
            expect(Math.abs(gradient[i]! - (moved(step) - moved(-step)) / (2 * step))).toBeLessThan(2e-4);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('reads one lane among others and leaves those alone', () => {
    const T = 6;
    const C = 4;
    const lanes = 8;
    const own = randomLogits(T, C, 11);
    const data = randomLogits(T * C, lanes, 12);
    own.forEach((logit, i) => {
      data[i * lanes + 3] = logit;
    });
    const gradient = new Float32Array(data.length).fill(7);
    const ownGradient = new Float32Array(own.length);
    const layout = { offset: 3, stepStride: C * lanes, classStride: lanes };
    expect(ctcLoss(data, layout, T, C, [1, 3], gradient)).toBe(
      ctcLoss(own, rowMajorLogits(C), T, C, [1, 3], ownGradient),
    );
    gradient.forEach((slope, i) => {
      expect(slope).toBe(i % lanes === 3 ? ownGradient[(i - 3) / lanes] : 7);
    });
  });

  it('is infinite, and teaches nothing, where the target does not fit into the steps', () => {
    const gradient = new Float32Array(3 * 4);
    expect(ctcLoss(randomLogits(3, 4, 1), rowMajorLogits(4), 3, 4, [2, 2, 2], gradient)).toBe(Infinity);
    expect(gradient.every((slope) => slope === 0)).toBe(true);
    expect(ctcLoss(new Float32Array(0), rowMajorLogits(4), 0, 4, [])).toBe(0);
  });

  it('is infinite for a class that the network does not have, and reads nothing beside the logits', () => {
    const gradient = new Float32Array(4 * 3);
    for (const labels of [[-1], [1, -1], [3], [0], [1.5, 3]]) {
      expect(ctcLoss(randomLogits(4, 3, 1), rowMajorLogits(3), 4, 3, labels, gradient)).toBe(Infinity);
    }
    expect(gradient.every((slope) => slope === 0)).toBe(true);
  });

  it('shows NaN instead of hiding it', () => {
    const logits = randomLogits(4, 3, 1);
    logits[5] = Number.NaN;
    expect(ctcLoss(logits, rowMajorLogits(3), 4, 3, [1, 2])).toBeNaN();
  });

  it('keeps its sense where probabilities are far below what float64 holds', () => {
    const logits = randomLogits(400, 10, 5, 30);
    const gradient = new Float32Array(logits.length);
    const labels = Array.from({ length: 150 }, (_, i) => 1 + (i % 9));
    const loss = ctcLoss(logits, rowMajorLogits(10), 400, 10, labels, gradient);
    expect(loss).toBeGreaterThan(1000);
    expect(gradient.every(Number.isFinite)).toBe(true);
    // softmax and passing frequencies both sum to one at each step
    for (let t = 0; t < 400; t++) {
      expect(gradient.subarray(t * 10, t * 10 + 10).reduce((a, b) => a + b, 0)).toBeCloseTo(0, 4);
    }
  });

  it('falls when its gradient is followed, until the greedy path reads the target', () => {
    const T = 24;
    const C = 6;
    const logits = randomLogits(T, C, 2);
    const labels = [3, 3, 1, 5, 2];
    const gradient = new Float32Array(T * C);
    const first = ctcLoss(logits, rowMajorLogits(C), T, C, labels);
    let last = first;
    for (let i = 0; i < 300; i++) {
      gradient.fill(0);
      last = ctcLoss(logits, rowMajorLogits(C), T, C, labels, gradient);
      gradient.forEach((slope, k) => {
        logits[k]! -= slope;
      });
    }
    expect(last).toBeLessThan(first / 20);
    expect(ctcGreedy(logits, T, C).labels).toEqual(labels);
  });
});
