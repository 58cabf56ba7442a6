import { describe, expect, it } from 'vitest';
import { largestDifference } from '../testing/largestDifference.ts';
import { seeded, uniform } from '../testing/random.ts';
import { loadTrainKernels } from '../train.ts';

const cases = [
  { T: 1, B: 8, in: 1, out: 1 },
  { T: 3, B: 8, in: 5, out: 7 },
  { T: 9, B: 24, in: 16, out: 4 },
  { T: 17, B: 16, in: 6, out: 81 },
  { T: 8, B: 32, in: 33, out: 10 },
];

describe.each(['plain', 'relaxed'] as const)('dense, %s', async (variant) => {
  const kernels = await loadTrainKernels({ variant });

  it.each(cases)(
    'T $T, B $B, $in to $out: values and gradients against float64',
    ({ T, B, in: K, out: M }) => {
      const random = seeded(T * 1000 + M);
      const start = kernels.mark();
      const values = {
        x: uniform(random, T * K * B, 1),
        w: uniform(random, M * K, 1),
        b: uniform(random, M, 1),
        dy: uniform(random, T * M * B, 1),
      };
      const y = new Float64Array(T * M * B);
      // Gradients are added to what stands there, so both sides start from the same non-zero numbers.
      const dx = uniform(random, T * K * B, 1);
      const dw = uniform(random, M * K, 1);
      const db = uniform(random, M, 1);
      const put = (a: Float64Array): number => {
        const at = kernels.alloc(a.length);
        kernels.f32(at, a.length).set(a);
        return at;
      };
      const call = {
        ...{ T, B, in: K, out: M, x: put(values.x), w: put(values.w), b: put(values.b), y: put(y) },
        ...{ dy: put(values.dy), dx: put(dx), dw: put(dw), db: put(db) },
      };
      for (let t = 0; t < T; t++) {
        for (let m = 0; m < M; m++) {
          for (let lane = 0; lane < B; lane++) {
            const g = values.dy[(t * M + m) * B + lane]!;
            let sum = values.b[m]!;
            for (let k = 0; k < K; k++) {
              const at = (t * K + k) * B + lane;
              sum += values.w[m * K + k]! * values.x[at]!;
              dx[at]! += values.w[m * K + k]! * g;
              dw[m * K + k]! += values.x[at]! * g;
            }
            db[m]! += g;
            y[(t * M + m) * B + lane] = sum;
          }
        }
      }
      kernels.denseForward(call);
      kernels.denseBackward(call);
      for (const [name, expected, ptr] of [
        ['y', y, call.y],
        ['dx', dx, call.dx],
        ['dw', dw, call.dw],
        ['db', db, call.db],
      ] as const) {
        const got = kernels.f32(ptr, expected.length);
        // Sums of up to T*B terms of size 1 in float32.
        const tolerance = 1e-6 * Math.sqrt(T * B + K + M);
        expect(largestDifference(got, expected), name).toBeLessThan(tolerance);
      }
      kernels.release(start);
    },
  );

  it('goes without bias and without the gradients that are not asked for', () => {
    const start = kernels.mark();
    const [x, w, y, dw] = [kernels.alloc(8), kernels.alloc(1), kernels.alloc(8), kernels.alloc(1)];
    kernels.fill(x, 8, 2);
    kernels.fill(w, 1, 3);
    const call = { T: 1, B: 8, in: 1, out: 1, x, w, b: 0, y };
    kernels.denseForward(call);
    expect([...kernels.f32(y, 8)]).toEqual(new Array(8).fill(6));
    kernels.denseBackward({ ...call, dy: y, dx: 0, dw, db: 0 });
    expect(kernels.f32(dw, 1)[0]).toBe(8 * 6 * 2);
    kernels.release(start);
  });
});
