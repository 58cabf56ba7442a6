/** Rounding of rows, alone and as states: forward as an engine of 7 bits rounds, backward straight through. */
import { describe, expect, it } from 'vitest';
import { finiteDifference } from '../testing/finiteDifference.ts';
import { largestDifference } from '../testing/largestDifference.ts';
import { makeProblem } from '../testing/makeProblem.ts';
import { seeded, uniform } from '../testing/random.ts';
import { recurrentReference } from '../testing/recurrentReference.ts';
import { type Gradients, runRecurrent } from '../testing/runRecurrent.ts';
import { loadTrainKernels } from '../train.ts';

const LEVELS = 63;

describe.each(['plain', 'relaxed'] as const)('%s', async (variant) => {
  const kernels = await loadTrainKernels({ variant });

  it('rounds each row of a step and lane to 63 levels of its largest magnitude, ties to even', () => {
    const [T, F, B] = [2, 5, 8];
    const values = Float32Array.from(uniform(seeded(4), T * F * B, 3));
    const put = (t: number, lane: number, row: readonly number[]) =>
      row.forEach((value, f) => {
        values[(t * F + f) * B + lane] = value;
      });
    put(0, 1, [63, 0.5, -1.5, 2.5, -63]);
    put(1, 2, [0, 0, 0, 0, 0]);
    put(1, 3, [1, Number.NaN, 0, 0, 0]);
    const start = kernels.mark();
    const x = kernels.alloc(values.length);
    const y = kernels.alloc(values.length);
    kernels.f32(x, values.length).set(values);
    kernels.roundRows({ T, F, B, levels: LEVELS, x, y });
    const out = kernels.f32(y, values.length).slice();
    expect(kernels.f32(x, values.length)).toEqual(values);
    kernels.release(start);
    const row = (of: Float32Array, t: number, lane: number) =>
      Array.from({ length: F }, (_, f) => of[(t * F + f) * B + lane]!);
    expect(row(out, 0, 1)).toEqual([63, 0, -2, 2, -63]);
    expect(row(out, 1, 2)).toEqual([0, 0, 0, 0, 0]);
    expect(row(out, 1, 3).every(Number.isNaN)).toBe(true);
    for (let t = 0; t < T; t++) {
      for (let lane = 4; lane < B; lane++) {
        const before = row(values, t, lane);
        const largest = Math.max(...before.map(Math.abs));
        row(out, t, lane).forEach((value, f) => {
          const level = (value / largest) * LEVELS;
          expect(level).toBeCloseTo(Math.round(level), 4);
          expect(Math.abs(value - before[f]!)).toBeLessThanOrEqual((largest / LEVELS) * 0.50001);
        });
      }
    }
  });

  it.each(['lstm', 'gru'] as const)('%s has the gates of the engine of 7 bits when asked to', (cell) => {
    const shape = { T: 6, B: 8, input: 5, hidden: 9, reverse: false, lengths: true, states: true };
    const { problem, upstream } = makeProblem(cell, shape, 12);
    const [exact, quick] = [false, true].map((quickGates) =>
      runRecurrent(kernels, { ...problem, quickGates }, upstream, 1),
    );
    // Within 6e-5 each, over six steps; the engine's own cells are held against training's in test/parity.
    expect(largestDifference(quick!.y, exact!.y)).toBeLessThan(3e-4);
    expect(largestDifference(quick!.y, exact!.y)).toBeGreaterThan(1e-6);
    for (const name of Object.keys(exact!.gradients) as (keyof Gradients)[]) {
      const size = Math.hypot(...exact!.gradients[name]);
      const apart = Math.hypot(
        ...exact!.gradients[name].map((slope, i) => slope - quick!.gradients[name][i]!),
      );
      expect(apart, name).toBeLessThan(1e-3 * size + 1e-12);
    }
  });

  it.each(['lstm', 'gru', 'rnn'] as const)(
    '%s rounds its states forward, and passes them straight back',
    (cell) => {
      const shape = { T: 6, B: 8, input: 5, hidden: 9, reverse: true, lengths: true, states: true };
      const { problem, upstream } = makeProblem(cell, shape, 11);
      const rounding = { ...problem, levels: LEVELS };
      const run = runRecurrent(kernels, rounding, upstream, 2);
      const expected = recurrentReference(rounding);
      expect(largestDifference(run.y, expected.y)).toBeLessThan(5e-6);
      expect(largestDifference(run.hn, expected.hn)).toBeLessThan(5e-6);
      // Rounding is not what floats do anyway.
      expect(largestDifference(run.y, recurrentReference(problem).y)).toBeGreaterThan(1e-3);
      // Straight through: the slopes of a network whose states are moved by what rounding moved them.
      const moved = { ...problem, offsets: expected.offsets };
      const random = seeded(3);
      for (const name of Object.keys(run.gradients) as (keyof Gradients)[]) {
        const values = problem[name];
        if (!values) continue;
        for (let n = 0; n < 12; n++) {
          const index = Math.floor(random() * values.length);
          const wanted = finiteDifference(moved, upstream, name, index);
          expect(Math.abs(run.gradients[name][index]! - wanted), name).toBeLessThan(
            2e-5 * (1 + Math.abs(wanted)),
          );
        }
      }
    },
  );
});
