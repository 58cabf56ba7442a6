import { describe, expect, it } from 'vitest';
import { Random } from './random.ts';

describe('Random', () => {
  it('draws the same again from the same keys, whatever was drawn before', () => {
    const root = Random.fromSeed(3);
    const first = root.derive('a', 1).uint32();
    for (let i = 0; i < 10; i++) root.next();
    expect(root.derive('a', 1).uint32()).toBe(first);
    expect(root.derive('a').derive(1).uint32()).toBe(first);
  });
  it('draws otherwise from other seeds and keys', () => {
    const draws = [
      Random.fromSeed(1),
      Random.fromSeed(2),
      Random.fromSeed(1 + 2 ** 32),
      Random.fromSeed(1).derive('a'),
      Random.fromSeed(1).derive('b'),
      Random.fromSeed(1).derive(0),
      Random.fromSeed(1).derive(1),
      Random.fromSeed(1).derive(1, 0),
      Random.fromSeed(1).derive(0, 1),
    ].map((random) => random.uint32());
    expect(new Set(draws).size).toBe(draws.length);
  });
  it('is uniform, in one stream and over neighbouring keys (chi-square, 63 degrees, p > 1e-4)', () => {
    const root = Random.fromSeed(5);
    const streams = [
      () => root.next(),
      (i: number) => root.derive(i).next(),
      (i: number) => Random.fromSeed(i).next(),
    ];
    for (const draw of streams) {
      const cells = new Array<number>(64).fill(0);
      for (let i = 0; i < 64_000; i++) cells[Math.floor(draw(i) * 64)]!++;
      const chi = cells.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
      expect(chi).toBeLessThan(111);
      expect(chi).toBeGreaterThan(28);
    }
  });
  it('has normals of mean 0 and deviation 1', () => {
    const random = Random.fromSeed(9);
    const draws = Array.from({ length: 20_000 }, () => random.normal());
    const mean = draws.reduce((a, b) => a + b) / draws.length;
    const variance = draws.reduce((a, b) => a + b * b, 0) / draws.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
  });
  it('shuffles into a permutation', () => {
    const shuffled = Random.fromSeed(1).shuffle(Int32Array.from({ length: 100 }, (_, i) => i));
    expect([...shuffled].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect([...shuffled]).not.toEqual([...shuffled].sort((a, b) => a - b));
  });
});
