import type { Ink } from '@rivulet/core';
import { describe, expect, it } from 'vitest';
import { InkSet } from './inkSet.ts';

/** A stroke whose x and y differ, from `start` on. */
function ramp(points: number, start: number): Ink[number] {
  const x = new Float32Array(points);
  const y = new Float32Array(points);
  for (let p = 0; p < points; p++) {
    x[p] = start + p;
    y[p] = -start - 2 * p;
  }
  return { x, y };
}
const plain = (ink: Ink) => ink.map(({ x, y }) => [Array.from(x), Array.from(y)]);
const words = (label: string, ink: Ink) => ({ label, contributor: `c-${label}`, writer: `w-${label}`, ink });

describe('InkSet', () => {
  it('gives back each sample as it was added, empty strokes and empty samples too', () => {
    const inks: Ink[] = [
      [ramp(3, 1), ramp(0, 0), ramp(1, 7)],
      [],
      [ramp(0, 0)],
      [{ x: [0.5, 1.5], y: [2.5, 3.5] }],
    ];
    const set = new InkSet();
    inks.forEach((ink, i) => {
      set.add(words(String(i), ink));
    });
    expect(set.count).toBe(4);
    expect(set.labels).toEqual(['0', '1', '2', '3']);
    expect(set.contributors).toEqual(['c-0', 'c-1', 'c-2', 'c-3']);
    expect(set.writers).toEqual(['w-0', 'w-1', 'w-2', 'w-3']);
    inks.forEach((ink, i) => {
      expect(plain(set.ink(i))).toEqual(plain(ink));
    });
  });

  it('holds copies: what becomes of the given arrays is nothing to it', () => {
    const set = new InkSet();
    const x = Float64Array.of(1, 2);
    set.add(words('a', [{ x, y: [3, 4] }]));
    x.fill(9);
    expect(plain(set.ink(0))).toEqual([
      [
        [1, 2],
        [3, 4],
      ],
    ]);
  });

  it('keeps what it holds when it grows, by a little or by more than double', () => {
    const first = 1 << 20;
    const set = new InkSet();
    // The stroke that no longer fits the first room, and one that no longer fits the doubled one.
    const inks = [[ramp(first - 2, 0)], [ramp(5, 10)], [ramp(2 * first, 20)], [ramp(2, 30)]];
    inks.forEach((ink, i) => {
      set.add(words(String(i), ink));
    });
    inks.forEach(([expected], i) => {
      const [stroke, ...others] = set.ink(i);
      expect(others).toEqual([]);
      // Bytes: matching three million numbers one by one takes the test runner seconds.
      for (const axis of ['x', 'y'] as const) {
        const [got, want] = [stroke![axis], expected![axis]] as [Float32Array, Float32Array];
        expect(got.length).toBe(want.length);
        const bytes = (a: Float32Array) => Buffer.from(a.buffer, a.byteOffset, a.byteLength);
        expect(bytes(got).equals(bytes(want))).toBe(true);
      }
    });
  });
});
