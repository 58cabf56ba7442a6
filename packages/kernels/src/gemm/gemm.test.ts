/** The matrix products of the training kernels, any shape and seed, against float64 loops. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantiate } from '../binary/instantiate.ts';
import { Machine } from '../machine.ts';
import { largestDifference } from '../testing/largestDifference.ts';
import { seeded, uniform } from '../testing/random.ts';
import type { TrainExports } from '../trainExports.ts';

const size = (max: number) => fc.integer({ min: 1, max });
/** Sums of `terms` products of numbers within 1, in float32. */
const tolerance = (terms: number): number => 2e-7 * Math.sqrt(terms) * 4;

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
  const panelFloats = (M: number, K: number): number => 4 * Math.ceil(M / 4) * K;

  it.each(['rows', 'columns'] as const)('gemmLanes adds W x to y, W packed by %s', (packed) => {
    fc.assert(
      fc.property(size(21), size(40), size(4), fc.nat(), (M, K, eights, seed) => {
        const B = 8 * eights;
        inArena(seed, (put) => {
          const [w, x, y, panels] = [put(M * K), put(K * B), put(M * B), put(panelFloats(M, K))];
          if (packed === 'rows') wasm.packRows(panels.at, w.at, M, K);
          else wasm.packColumns(panels.at, w.at, K, M);
          wasm.gemmLanes(panels.at, M, K, x.at, B, y.at);
          for (let k = 0; k < K; k++) {
            const last = f32(panels.at + 4 * ((Math.ceil(M / 4) - 1) * 4 * K + 4 * k), 4);
            expect([...last.subarray(((M - 1) % 4) + 1)], 'rows that do not exist').toEqual(
              new Array(3 - ((M - 1) % 4)).fill(0),
            );
          }
          const expected = y.values.slice();
          for (let m = 0; m < M; m++) {
            for (let k = 0; k < K; k++) {
              const weight = w.values[packed === 'rows' ? m * K + k : k * M + m]!;
              for (let lane = 0; lane < B; lane++) {
                expected[m * B + lane]! += weight * x.values[k * B + lane]!;
              }
            }
          }
          expect(largestDifference(f32(y.at, M * B), expected)).toBeLessThan(tolerance(K + 1));
        });
      }),
      { numRuns: 60 },
    );
  });

  it('outerLanes and rowSums add what steps and lanes give to weights and biases, forward and back in time', () => {
    fc.assert(
      fc.property(
        fc.record({ M: size(21), N: size(21), eights: size(3), steps: size(9), back: fc.boolean() }),
        fc.nat(),
        ({ M, N, eights, steps, back }, seed) => {
          const B = 8 * eights;
          inArena(seed, (put) => {
            const [g, x, dw, db] = [put(steps * M * B), put(steps * N * B), put(M * N), put(M)];
            const xStep = 4 * N * B;
            const first = back ? x.at + (steps - 1) * xStep : x.at;
            wasm.outerLanes(g.at, 4 * M * B, M, first, back ? -xStep : xStep, N, B, steps, dw.at);
            wasm.rowSums(g.at, 4 * M * B, M, B, steps, db.at);
            const expectedW = dw.values.slice();
            const expectedB = db.values.slice();
            for (let s = 0; s < steps; s++) {
              const t = back ? steps - 1 - s : s;
              for (let m = 0; m < M; m++) {
                for (let lane = 0; lane < B; lane++) {
                  const slope = g.values[(s * M + m) * B + lane]!;
                  expectedB[m]! += slope;
                  for (let n = 0; n < N; n++) {
                    expectedW[m * N + n]! += slope * x.values[(t * N + n) * B + lane]!;
                  }
                }
              }
            }
            expect(largestDifference(f32(dw.at, M * N), expectedW), 'dw').toBeLessThan(tolerance(steps * B));
            expect(largestDifference(f32(db.at, M), expectedB), 'db').toBeLessThan(tolerance(steps * B));
          });
        },
      ),
      { numRuns: 60 },
    );
  });
});
