import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seeded, uniform } from '../testing/random.ts';
import { loadTrainKernels } from '../train.ts';

/** The mask by its definition, in the numbers of JavaScript: Murmur3's finaliser of key and row. */
function expectedDropout(
  { x, old, keys, rate }: { x: ArrayLike<number>; old?: ArrayLike<number>; keys: Int32Array; rate: number },
  rows: number,
): Float32Array {
  const factor = Math.fround(1 / (1 - rate));
  const lanes = keys.length;
  return Float32Array.from({ length: rows * lanes }, (_, i) => {
    const row = Math.floor(i / lanes);
    let hash = keys[i % lanes]! ^ Math.imul((row & ~1) + 1, 0x9e3779b9);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
    const bits = row % 2 === 0 ? hash & 0xffff : hash >>> 16;
    const kept = x[i]! * (bits < Math.round(rate * 2 ** 16) ? 0 : factor);
    return old ? old[i]! + kept : kept;
  });
}

describe.each(['plain', 'relaxed'] as const)('dropout, %s', async (variant) => {
  const kernels = await loadTrainKernels({ variant });
  const keys = Int32Array.from({ length: 8 }, (_, i) => Math.imul(i + 1, 0x51ed2701));
  const rows = 2001;

  function dropped(
    x: ArrayLike<number>,
    of: { keys: Int32Array; rate: number; old?: ArrayLike<number> },
  ): Float32Array {
    const start = kernels.mark();
    const lanes = of.keys.length;
    const from = kernels.alloc(x.length);
    kernels.f32(from, x.length).set(x);
    const out = kernels.alloc(x.length + 1);
    kernels.f32(out, x.length + 1).fill(7);
    if (of.old) kernels.f32(out, x.length).set(of.old);
    kernels.dropout({ ...of, rows: x.length / lanes, lanes, x: from, out, accumulate: !!of.old });
    expect(kernels.f32(out + 4 * x.length, 1)[0], 'behind the end').toBe(7);
    const found = kernels.f32(out, x.length).slice();
    kernels.release(start);
    return found;
  }
  const drop = (lanes: readonly number[], rate = 0.25): Float32Array =>
    dropped(new Float32Array(rows * lanes.length).fill(1), {
      keys: Int32Array.from(lanes, (i) => keys[i]!),
      rate,
    });

  it('is its definition to the last bit, of any number of rows and lanes', () => {
    const draw = fc.record({
      ...{ rows: fc.integer({ min: 1, max: 9 }), lanes: fc.integer({ min: 1, max: 21 }) },
      ...{ rate: fc.double({ min: 0, max: 0.99, noNaN: true }), accumulate: fc.boolean(), seed: fc.nat() },
    });
    fc.assert(
      fc.property(draw, ({ rows, lanes, rate, accumulate, seed }) => {
        const random = seeded(seed);
        const x = Float32Array.from(uniform(random, rows * lanes, 2));
        const old = accumulate ? { old: Float32Array.from(uniform(random, rows * lanes, 2)) } : {};
        const words = Int32Array.from({ length: lanes }, () => 2 ** 32 * random());
        const of = { keys: words, rate, ...old };
        expect([...dropped(x, of)]).toEqual([...expectedDropout({ x, ...of }, rows)]);
      }),
      { numRuns: 200 },
    );
  });

  it('drops its share and keeps the mean', () => {
    const out = drop([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(new Set(out)).toEqual(new Set([0, Math.fround(1 / 0.75)]));
    const mean = out.reduce((a, b) => a + b) / out.length;
    // Five standard deviations of 16,008 draws.
    expect(Math.abs(mean - 1)).toBeLessThan(0.025);
  });
  it('drops the same of a lane wherever the lane stands', () => {
    const all = drop([0, 1, 2, 3, 4, 5, 6, 7]);
    const some = drop([3, 5]);
    for (let row = 0; row < rows; row++) expect(some[row * 2]).toBe(all[row * 8 + 3]);
    expect(drop([3])).not.toEqual(drop([5]));
  });
  it('has no pattern between neighbouring rows', () => {
    const out = drop([0]);
    let both = 0;
    for (let row = 1; row < rows; row++) if (out[row] === 0 && out[row - 1] === 0) both++;
    expect(both / rows).toBeGreaterThan(0.03);
    expect(both / rows).toBeLessThan(0.1);
  });
  it('adds on the way back, and passes everything at rate 0', () => {
    const out = dropped(new Float32Array(16).fill(3), { keys, rate: 0, old: new Float32Array(16).fill(2) });
    expect(out.every((value) => value === 5)).toBe(true);
  });
});
