/**
 * Attention over more lanes than one line of the cache holds: what eight lanes alone have, which PyTorch's gradients are
 * held against (packages/training/src/nn/torchLayers.test.ts).
 */
import { describe, expect, it } from 'vitest';
import { seeded, uniform } from '../testing/random.ts';
import { loadTrainKernels } from '../train.ts';

const shapes = [
  { T: 5, S: 7, features: 6, values: 10, heads: 2, causal: false },
  { T: 6, S: 6, features: 5, values: 3, heads: 1, causal: true },
  { T: 1, S: 1, features: 1, values: 1, heads: 1, causal: false },
];

describe.each(['plain', 'relaxed'] as const)('attention, %s', async (variant) => {
  const kernels = await loadTrainKernels({ variant });

  it.each(shapes)('of 24 lanes is that of three times eight: %j', (shape) => {
    const { T, S, features, values, heads } = shape;
    const sizes = { q: T * features, k: S * features, v: S * values, dy: T * values };
    const random = seeded(5);
    const given = Object.fromEntries(
      Object.entries(sizes).map(([name, floats]) => [name, uniform(random, floats * 24, 1)]),
    ) as Record<keyof typeof sizes, Float64Array>;
    const lengths = Array.from({ length: 24 }, (_, lane) => 1 + (lane % S));

    /** Output and gradients of lanes `first` to `first + B`, [floats][B] each. */
    const run = (first: number, B: number) => {
      const start = kernels.mark();
      const put = (floats: number, source?: Float64Array): number => {
        const at = kernels.alloc(floats * B);
        if (!source) return at;
        const view = kernels.f32(at, floats * B);
        for (let i = 0; i < floats * B; i++) view[i] = source[Math.floor(i / B) * 24 + first + (i % B)]!;
        return at;
      };
      const lens = kernels.alloc(B);
      kernels.i32(lens, B).set(lengths.slice(first, first + B));
      const places = {
        ...{ q: put(sizes.q, given.q), k: put(sizes.k, given.k), v: put(sizes.v, given.v) },
        ...{ dy: put(sizes.dy, given.dy), y: put(sizes.dy), shares: put(heads * T * S) },
        ...{ dq: put(sizes.q), dk: put(sizes.k), dv: put(sizes.v) },
      };
      const call = { ...shape, ...places, B, lens };
      kernels.attentionForward(call);
      kernels.attentionBackward(call);
      const floats = { y: sizes.dy, dq: sizes.q, dk: sizes.k, dv: sizes.v };
      const found = Object.entries(floats).map(([name, count]) =>
        kernels.f32(places[name as keyof typeof floats], count * B).slice(),
      );
      kernels.release(start);
      return found;
    };

    const whole = run(0, 24);
    for (const first of [0, 8, 16]) {
      run(first, 8).forEach((alone, what) => {
        const part = alone.map((_, i) => whole[what]![Math.floor(i / 8) * 24 + first + (i % 8)]!);
        expect(part).toEqual(alone);
        expect(alone.some((value) => value !== 0)).toBe(what === 0 || S > 1 || what === 3);
      });
    }
  });
});
