import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seeded, uniform } from '../testing/random.ts';
import { loadTrainKernels } from '../train.ts';

describe.each(['plain', 'relaxed'] as const)('vectors, %s', async (variant) => {
  const kernels = await loadTrainKernels({ variant });

  it('are added, scaled and filled to the last bit as float32 does it, and nothing beyond their end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(), (count, seed) => {
        const start = kernels.mark();
        const random = seeded(seed);
        const put = (values: Float64Array): number => {
          const at = kernels.alloc(values.length);
          kernels.f32(at, values.length).set(values);
          return at;
        };
        const [a, b] = [uniform(random, count + 1, 1), uniform(random, count + 1, 1)];
        const [pa, pb] = [put(a), put(b)];
        const factor = Math.fround(random());
        kernels.add(pa, pb, count);
        kernels.scale(pa, count, factor);
        const expected = Array.from(a, (value, i) =>
          i < count ? Math.fround(Math.fround(value + b[i]!) * factor) : value,
        );
        expect([...kernels.f32(pa, count + 1)]).toEqual(expected);
        kernels.fill(pb, count, -3);
        expect([...kernels.f32(pb, count + 1)]).toEqual([...new Array(count).fill(-3), b[count]]);
        kernels.release(start);
      }),
    );
  });

  it('are scaled by a float64 with one rounding, and their squares added up in float64', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(), (count, seed) => {
        const start = kernels.mark();
        const random = seeded(seed);
        const values = Float32Array.from(uniform(random, count, 1));
        const at = kernels.alloc(count + 1);
        kernels.f32(at, count + 1).set([...values, 5]);
        const factor = random() / 3;
        const squares = kernels.scaleSquares(at, count, factor);
        expect([...kernels.f32(at, count + 1)]).toEqual([...values.map((value) => value * factor), 5]);
        const expected = values.reduce((sum, value) => sum + (value * factor) ** 2, 0);
        expect(Math.abs(squares / expected - 1)).toBeLessThan(1e-13);
        kernels.release(start);
      }),
    );
  });
});
