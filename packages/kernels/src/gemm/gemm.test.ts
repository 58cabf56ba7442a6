/** The matrix products of the training kernels, any shape and seed, against float64 loops. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantiate } from '../binary/instantiate.ts';
import { Machine } from '../machine.ts';
import { largestDifference } from '../testing/largestDifference.ts';
import { seeded, uniform } from '../testing/random.ts';
import type { TrainExports } from '../trainExports.ts';
import { chunkSteps } from './chunkSteps.ts';
import { panelFloats } from './panelFloats.ts';
import { chunkRowsFloats, WeightGradient } from './weightGradient.ts';

const size = (max: number) => fc.integer({ min: 1, max });
/** Sums of `terms` products of numbers within 1, in float32. */
const tolerance = (terms: number): number => 2e-7 * Math.sqrt(terms) * 4;
/**
 * Gradients have by far the most terms, and begin with what stands there: of some hundred the largest reach four times
 * what most come to, and each step of theirs rounds as coarsely as they are large.
 */
const gradientTolerance = (terms: number): number => 2 * tolerance(terms);

describe.each(['plain', 'relaxed'] as const)('sgemm, %s', async (variant) => {
  const { exports: wasm } = await instantiate<TrainExports>(
    {
      plain: new URL('../../build/train.plain.wasm', import.meta.url),
      relaxed: new URL('../../build/train.relaxed.wasm', import.meta.url),
    },
    variant,
  );
  const machine = new Machine(wasm);
  const { alloc, f32, mark, release } = machine;

  /** Places for one product; what stands behind each must stay. */
  function inArena(seed: number, body: (put: (count: number) => Placed) => void): void {
    const start = mark();
    const random = seeded(seed);
    const placed: Placed[] = [];
    body((count) => {
      const values = uniform(random, count, 1);
      const at = alloc(count + 4);
      f32(at, count + 4)
        .fill(77)
        .set(values);
      placed.push({ at, values });
      return placed.at(-1)!;
    });
    for (const { at, values } of placed) {
      expect([...f32(at + 4 * values.length, 4)], 'behind an operand').toEqual([77, 77, 77, 77]);
    }
    release(start);
  }
  interface Placed {
    readonly at: number;
    readonly values: Float64Array;
  }

  it('gemm adds W^T x to y', () => {
    fc.assert(
      fc.property(size(21), size(40), size(4), fc.nat(), (M, K, eights, seed) => {
        const B = 8 * eights;
        inArena(seed, (put) => {
          const [w, x, y, panels] = [put(M * K), put(K * B), put(M * B), put(panelFloats(M, K))];
          wasm.packColumns(panels.at, w.at, K, M);
          wasm.gemm(panels.at, M, K, x.at, 4 * B, eights, y.at, 4 * B, 0, 0);
          for (let k = 0; k < K; k++) {
            const last = f32(panels.at + 4 * ((Math.ceil(M / 4) - 1) * 4 * K + 4 * k), 4);
            expect([...last.subarray(((M - 1) % 4) + 1)], 'rows that do not exist').toEqual(
              new Array(3 - ((M - 1) % 4)).fill(0),
            );
          }
          const expected = y.values.slice();
          for (let m = 0; m < M; m++) {
            for (let k = 0; k < K; k++) {
              for (let lane = 0; lane < B; lane++) {
                expected[m * B + lane]! += w.values[k * M + m]! * x.values[k * B + lane]!;
              }
            }
          }
          expect(largestDifference(f32(y.at, M * B), expected)).toBeLessThan(tolerance(K + 1));
        });
      }),
      { numRuns: 60 },
    );
  });

  it('affine is the biases, W x and R h', () => {
    fc.assert(
      fc.property(
        fc.record({ M: size(21), I: fc.nat(20), H: fc.nat(20), eights: size(4), biases: fc.nat(2) }),
        fc.nat(),
        ({ M, I, H, eights, biases }, seed) => {
          const B = 8 * eights;
          inArena(seed, (put) => {
            const [w, x, r, h] = [put(M * I), put(I * B), put(M * H), put(H * B)];
            const [bw, br, y, panels] = [put(M), put(M), put(M * B), put(panelFloats(M, 1 + I + H))];
            const [hasW, hasR] = [biases > 0, biases > 1];
            wasm.packAffine(panels.at, M, w.at, I, r.at, H, hasW ? bw.at : 0, hasR ? br.at : 0);
            wasm.affine(panels.at, M, I, x.at, H, h.at, B, y.at, 0, 0);
            const expected = Float64Array.from({ length: M * B }, (_, at) => {
              const [m, lane] = [Math.floor(at / B), at % B];
              let sum = (hasW ? bw.values[m]! : 0) + (hasR ? br.values[m]! : 0);
              for (let k = 0; k < I; k++) sum += w.values[m * I + k]! * x.values[k * B + lane]!;
              for (let k = 0; k < H; k++) sum += r.values[m * H + k]! * h.values[k * B + lane]!;
              return sum;
            });
            expect(largestDifference(f32(y.at, M * B), expected)).toBeLessThan(tolerance(I + H + 2));
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('both leave blocks of lanes alone that are beyond their lengths', () => {
    const start = mark();
    const [M, K, B, t] = [5, 3, 24, 4];
    const [w, x, y, z, panels, lens] = [M * K, K * B, M * B, M * B, panelFloats(M, 1 + K), B].map(alloc) as [
      ...[number, number, number, number, number, number],
    ];
    // The middle block has one lane that is just live.
    machine
      .i32(lens, B)
      .set([...new Array(8).fill(t), 0, 0, t + 1, ...new Array(5).fill(0), ...new Array(8).fill(9)]);
    f32(w, M * K).fill(1);
    f32(x, K * B).fill(1);
    wasm.packColumns(panels, w, K, M);
    wasm.gemm(panels, M, K, x, 4 * B, B / 8, y, 4 * B, lens, t);
    wasm.packAffine(panels, M, w, K, 0, 0, 0, 0);
    wasm.affine(panels, M, K, x, 0, 0, B, z, lens, t);
    const row = [...new Array(8).fill(0), ...new Array(16).fill(K)];
    const rows = new Array(M).fill(row).flat();
    expect([...f32(y, M * B)]).toEqual(rows);
    expect([...f32(z, M * B)]).toEqual(rows);
    release(start);
  });

  it('gradients of weights and biases are what steps and lanes add up to, forward and back in time', () => {
    fc.assert(
      fc.property(
        fc.record({
          ...{ M: size(21), N: size(21), eights: size(3), live: size(3), T: size(40), back: fc.boolean() },
        }),
        fc.nat(),
        ({ M, N, eights, live, T, back }, seed) => {
          const B = 8 * eights;
          const lanes = 8 * Math.min(live, eights);
          inArena(seed, (put) => {
            const [g, x, dw, db] = [put(T * M * B), put(T * N * B), put(M * N), put(4 * Math.ceil(M / 4))];
            const panels = put(chunkRowsFloats(M, B, T)).at;
            const forW = put(WeightGradient.floats(N, M, B, T)).at;
            const weights = new WeightGradient(machine, N, M, B, T, forW);
            const xStep = (back ? -4 : 4) * N * B;
            for (let s = 0; s < T; s += chunkSteps(B, T)) {
              const steps = Math.min(chunkSteps(B, T), T - s);
              wasm.packLanes(panels, g.at + 4 * s * M * B, 4 * M * B, M, B, lanes, steps, 4, db.at);
              weights.take(x.at + 4 * (back ? T - 1 - s : s) * N * B, xStep, steps, lanes);
              weights.add({ panels, rows: M, K: steps * lanes }, dw.at);
            }
            weights.end(dw.at);
            const expectedW = dw.values.slice();
            const expectedB = db.values.slice();
            for (let s = 0; s < T; s++) {
              const t = back ? T - 1 - s : s;
              for (let m = 0; m < M; m++) {
                for (let lane = 0; lane < lanes; lane++) {
                  const slope = g.values[(s * M + m) * B + lane]!;
                  expectedB[m]! += slope;
                  for (let n = 0; n < N; n++) {
                    expectedW[m * N + n]! += slope * x.values[(t * N + n) * B + lane]!;
                  }
                }
              }
            }
            expect(largestDifference(f32(dw.at, M * N), expectedW), 'dw').toBeLessThan(
              gradientTolerance(T * B),
            );
            expect(largestDifference(f32(db.at, M), expectedB.subarray(0, M)), 'db').toBeLessThan(
              gradientTolerance(T * B),
            );
          });
        },
      ),
      { numRuns: 60 },
    );
  });
});
