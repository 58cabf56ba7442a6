/** What every recurrent training kernel is held to; each cell's own test calls it. */
import { readFileSync } from 'node:fs';
import { runSequence, tensor } from '@rivulet/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CellKind, loadTrainKernels } from '../train.ts';
import { finiteDifference } from './finiteDifference.ts';
import { largestDifference } from './largestDifference.ts';
import { makeProblem } from './makeProblem.ts';
import { seeded } from './random.ts';
import { recurrentCases } from './recurrentCases.ts';
import { type RecurrentProblem, recurrentReference } from './recurrentReference.ts';
import { type Gradients, type RecurrentRun, runRecurrent, type Upstream } from './runRecurrent.ts';

/** Float32 with polynomial activations; largest seen over all cases: 3e-7 absolute, 5e-7 of the largest gradient. */
const TOLERANCE = 2e-6;

/** The same problem through @rivulet/core's readable cells, brought to the kernels' layout. */
function readable(p: RecurrentProblem): { y: Float32Array; hn: Float32Array; cn: Float32Array } {
  const { T, B, input: I, hidden: H } = p;
  const rows = p.b.length / 2;
  const x = new Float32Array(T * B * I);
  for (let t = 0; t < T; t++) {
    for (let lane = 0; lane < B; lane++) {
      for (let k = 0; k < I; k++) x[(t * B + lane) * I + k] = p.x[(t * I + k) * B + lane]!;
    }
  }
  const toLanes = (a: Float32Array, T: number): Float32Array => {
    const out = new Float32Array(a.length);
    for (let t = 0; t < T; t++) {
      for (let lane = 0; lane < B; lane++) {
        for (let j = 0; j < H; j++) out[(t * H + j) * B + lane] = a[(t * B + lane) * H + j]!;
      }
    }
    return out;
  };
  const fromLanes = (a: Float64Array): Float32Array => {
    const out = new Float32Array(a.length);
    for (let lane = 0; lane < B; lane++) for (let j = 0; j < H; j++) out[lane * H + j] = a[j * B + lane]!;
    return out;
  };
  const f32 = (a: Float64Array): Float32Array => Float32Array.from(a);
  const { y, h, c } = runSequence({
    cell: p.cell,
    direction: p.reverse ? 'reverse' : 'forward',
    x: tensor(x, [T, B, I]),
    w: tensor(f32(p.w), [1, rows, I]),
    r: tensor(f32(p.r), [1, rows, H]),
    b: tensor(f32(p.b), [1, 2 * rows]),
    ...(p.lens ? { lengths: Int32Array.from(p.lens) } : {}),
    ...(p.h0 ? { h0: tensor(fromLanes(p.h0), [1, B, H]) } : {}),
    ...(p.c0 ? { c0: tensor(fromLanes(p.c0), [1, B, H]) } : {}),
  });
  return { y: toLanes(y.data, T), hn: toLanes(h.data, 1), cn: c ? toLanes(c.data, 1) : new Float32Array(0) };
}

interface Stored {
  cell: CellKind;
  reverse: boolean;
  T: number;
  B: number;
  input: number;
  hidden: number;
  lens: number[];
  values: Record<string, number[]>;
}

export function recurrentSuite(cell: CellKind): void {
  describe.each(['plain', 'relaxed'] as const)(`${cell}, %s`, async (variant) => {
    const kernels = await loadTrainKernels({ variant });

    function expectForward(run: RecurrentRun, problem: RecurrentProblem): void {
      for (const expected of [recurrentReference(problem), readable(problem)]) {
        expect(largestDifference(run.y, expected.y), 'y').toBeLessThan(TOLERANCE);
        expect(largestDifference(run.hn, expected.hn), 'hn').toBeLessThan(TOLERANCE);
        // A cell state grows with the steps.
        if (cell === 'lstm') expect(largestDifference(run.cn, expected.cn), 'cn').toBeLessThan(3 * TOLERANCE);
      }
    }

    /** Up to `most` elements of each gradient, all of them where there are no more. */
    function expectBackward(
      run: RecurrentRun,
      problem: RecurrentProblem,
      upstream: Upstream,
      most: number,
      random: () => number,
    ): void {
      for (const name of Object.keys(run.gradients) as (keyof Gradients)[]) {
        const values = problem[name];
        if (!values) continue;
        const slopes = run.gradients[name];
        const top = slopes.reduce(
          (best, slope, i) => (Math.abs(slope) > Math.abs(slopes[best]!) ? i : best),
          0,
        );
        const some = Math.min(most, values.length);
        const indices = Array.from({ length: some }, (_, n) =>
          some === values.length ? n : n === 0 ? top : Math.floor(random() * values.length),
        );
        const wanted = indices.map((index) => finiteDifference(problem, upstream, name, index));
        const got = indices.map((index) => slopes[index]!);
        // The largest is among those that are checked. Gradients of weights are sums over steps and lanes, whose
        // roundings add up like a random walk.
        const size = Math.max(1, Math.abs(slopes[top]!)) * Math.max(1, Math.sqrt(problem.T * problem.B) / 4);
        expect(largestDifference(got, wanted), `gradient of ${name}`).toBeLessThan(TOLERANCE * size);
      }
    }

    it.each(recurrentCases)(
      'T $T, B $B, I $input, H $hidden, reverse $reverse, lengths $lengths, states $states',
      (shape) => {
        const { problem, upstream } = makeProblem(cell, shape, shape.T * 100 + shape.hidden);
        const run = runRecurrent(kernels, problem, upstream, 2);
        expectForward(run, problem);
        expectBackward(run, problem, upstream, 12, seeded(7));
      },
    );

    it('computes the readable cells, and the slopes of finite differences, for any shape', () => {
      const size = (max: number) => fc.integer({ min: 1, max });
      fc.assert(
        fc.property(
          fc.record({
            T: size(12),
            B: size(4).map((n) => 8 * n),
            input: size(19),
            hidden: size(19),
            reverse: fc.boolean(),
            lengths: fc.boolean(),
            states: fc.boolean(),
          }),
          fc.integer(),
          (shape, seed) => {
            const { problem, upstream } = makeProblem(cell, shape, seed);
            const run = runRecurrent(kernels, problem, upstream);
            expectForward(run, problem);
            expectBackward(run, problem, upstream, 2, seeded(seed));
          },
        ),
        { numRuns: 25 },
      );
    });

    const stored = JSON.parse(
      readFileSync(new URL('../fixtures/torchGradients.json', import.meta.url), 'utf8'),
    ) as Stored[];
    it.each(stored.filter((s) => s.cell === cell))('has PyTorch gradients, reverse $reverse', (s) => {
      const { T, B, input, hidden, values } = s;
      const lanes = 8;
      const spread = (name: string, rows: number): Float64Array => {
        const out = new Float64Array(rows * lanes);
        values[name]!.forEach((v, i) => {
          out[Math.floor(i / B) * lanes + (i % B)] = v;
        });
        return out;
      };
      const gather = (a: Float32Array): Float32Array => a.filter((_, i) => i % lanes < B);
      const states = cell === 'lstm';
      const run = runRecurrent(
        kernels,
        {
          ...{ cell, T, B: lanes, input, hidden, reverse: s.reverse },
          lens: Array.from({ length: lanes }, (_, i) => s.lens[i] ?? 0),
          x: spread('x', T * input),
          w: Float64Array.from(values.w!),
          r: Float64Array.from(values.r!),
          b: Float64Array.from(values.b!),
          h0: spread('h0', hidden),
          c0: states ? spread('c0', hidden) : undefined,
        },
        {
          dy: spread('dy', T * hidden),
          dhn: spread('dhn', hidden),
          dcn: states ? spread('dcn', hidden) : undefined,
        },
      );
      const results: Record<string, Float32Array> = {
        y: gather(run.y),
        hn: gather(run.hn),
        dx: gather(run.gradients.x),
        dw: run.gradients.w,
        dr: run.gradients.r,
        db: run.gradients.b,
        dh0: gather(run.gradients.h0),
        ...(states ? { cn: gather(run.cn), dc0: gather(run.gradients.c0) } : {}),
      };
      for (const [name, got] of Object.entries(results)) {
        // Two float32 engines against each other; sums of up to 60 terms of size 1.
        expect(largestDifference(got, values[name]!), name).toBeLessThan(1e-5);
      }
    });

    it('shows NaN instead of hiding it', () => {
      const { problem, upstream } = makeProblem(cell, recurrentCases[1]!, 3);
      problem.x[0] = Number.NaN;
      const { y } = runRecurrent(kernels, problem, upstream);
      expect(y[0]).toBeNaN();
      expect(y[1], 'the next lane').not.toBeNaN();
    });
  });
}
