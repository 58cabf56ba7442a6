import { describe, expect, it } from 'vitest';
import { largestDifference } from '../testing/largestDifference.ts';
import { seeded, uniform } from '../testing/random.ts';
import { loadTrainKernels } from '../train.ts';

describe.each(['plain', 'relaxed'] as const)('AdamW, %s', async (variant) => {
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
});
