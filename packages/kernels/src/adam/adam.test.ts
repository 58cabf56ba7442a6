import { describe, expect, it } from 'vitest';
import { largestDifference } from '../testing/largestDifference.ts';
import { seeded, uniform } from '../testing/random.ts';
import { loadTrainKernels } from '../train.ts';

describe.each(['plain', 'relaxed'] as const)('AdamW and vector helpers, %s', async (variant) => {
  const kernels = await loadTrainKernels({ variant });
  const put = (a: ArrayLike<number>): number => {
    const at = kernels.alloc(a.length);
    kernels.f32(at, a.length).set(a);
    return at;
  };

  // 1, 2, 3 and 7 have a tail that is no whole vector.
  it.each([1, 2, 3, 4, 7, 64, 1001])('takes ten steps over %d floats as float64 does', (count) => {
    const start = kernels.mark();
    const random = seeded(count);
    const [lr, beta1, beta2, eps, weightDecay] = [0.01, 0.9, 0.999, 1e-8, 0.1];
    const w = uniform(random, count, 1);
    const m = new Float64Array(count);
    const v = new Float64Array(count);
    const call = { count, w: put(w), g: kernels.alloc(count), m: put(m), v: put(v) };
    for (let step = 1; step <= 10; step++) {
      const g = uniform(random, count, 0.1);
      kernels.f32(call.g, count).set(g);
      const [bias1, bias2] = [1 - beta1 ** step, 1 - beta2 ** step];
      for (let i = 0; i < count; i++) {
        m[i] = beta1 * m[i]! + (1 - beta1) * g[i]!;
        v[i] = beta2 * v[i]! + (1 - beta2) * g[i]! ** 2;
        w[i]! -= lr * (m[i]! / bias1 / (Math.sqrt(v[i]! / bias2) + eps) + weightDecay * w[i]!);
      }
      kernels.adamStep({
        ...{ ...call, lr, beta1, beta2, oneMinusBeta1: 1 - beta1, oneMinusBeta2: 1 - beta2 },
        ...{ eps, weightDecay, bias1, bias2 },
      });
    }
    expect(largestDifference(kernels.f32(call.w, count), w)).toBeLessThan(1e-6);
    expect(largestDifference(kernels.f32(call.m, count), m)).toBeLessThan(1e-7);
    // 1 - 0.999 in float32 would be off by 4.7e-5 of v: this bound catches it.
    const scaled = (a: ArrayLike<number>) => Array.from(a, (x, i) => x / v[i]!);
    expect(
      largestDifference(
        scaled(kernels.f32(call.v, count)),
        Array.from(v, () => 1),
      ),
    ).toBeLessThan(2e-6);
    kernels.release(start);
  });

  it.each([1, 3, 4, 1001])('sums squares, scales, adds and fills %d floats and none beyond', (count) => {
    const start = kernels.mark();
    const random = seeded(count);
    const a = uniform(random, count + 1, 1);
    const b = uniform(random, count + 1, 1);
    const [pa, pb] = [put(a), put(b)];
    const squares = a.subarray(0, count).reduce((sum, v) => sum + v * v, 0);
    expect(kernels.sumSquares(pa, count)).toBeCloseTo(squares, 10);
    kernels.add(pa, pb, count);
    kernels.scale(pa, count, 0.5);
    const expected = a.map((v, i) => (i < count ? (v + b[i]!) / 2 : v));
    expect(largestDifference(kernels.f32(pa, count + 1), expected)).toBeLessThan(1e-7);
    kernels.fill(pb, count, -3);
    expect([...kernels.f32(pb, count + 1)]).toEqual([...new Array(count).fill(-3), b[count]]);
    kernels.release(start);
  });
});
