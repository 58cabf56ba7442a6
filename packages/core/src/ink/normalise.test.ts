import { describe, expect, it } from 'vitest';
import { inkMeasure } from './inkMeasure.ts';
import { inkSlant } from './inkSlant.ts';
import { normalise } from './normalise.ts';
import type { Ink } from './stroke.ts';
import { doubleSampled, type Move, mapPoints, realWords, tilted } from './testing/ink.ts';

/** Largest distance of two points of the same number. */
function furthest(a: Ink, b: Ink): number {
  const distances = a.flatMap(({ x, y }, s) =>
    Array.from(x, (px, p) => Math.hypot(px - b[s]!.x[p]!, y[p]! - b[s]!.y[p]!)),
  );
  return Math.max(...distances);
}

describe.each(realWords)('normalise "$label"', ({ ink }) => {
  const plain = normalise(ink);

  it('gives unit height, the centre line at 0 and the left edge at 0', () => {
    const { left, centreY, deviationY } = inkMeasure(plain.ink);
    expect(left).toBeCloseTo(0, 5);
    expect(centreY).toBeCloseTo(0, 5);
    expect(deviationY).toBeCloseTo(1 / 3, 5);
  });

  it.each([
    ['moved', (x: number, y: number) => [x + 54321.5, y - 1234.25], 1],
    ['a millionth as large', (x: number, y: number) => [x * 1e-6, y * 1e-6], 1e-6],
    ['a thousand million times as large', (x: number, y: number) => [x * 1e9, y * 1e9], 1e9],
  ] as const satisfies readonly [string, Move, number][])('is the same when %s', (_, move, scale) => {
    const other = normalise(mapPoints(ink, move));
    expect(furthest(plain.ink, other.ink)).toBeLessThan(1e-5);
    expect(other.unit / plain.unit / scale).toBeCloseTo(1, 6);
    expect(other.slant).toBeCloseTo(plain.slant, 6);
  });

  it('does not ask how often the pen was sampled', () => {
    const other = normalise(doubleSampled(ink));
    expect(other.unit / plain.unit).toBeCloseTo(1, 6);
    expect(other.slant).toBeCloseTo(plain.slant, 6);
  });

  it.each([-0.4, 0.4])('takes most of a further slant of %d out, and keeps the height', (slant) => {
    const other = normalise(mapPoints(ink, (x, y) => [x + slant * y, y]));
    expect(Math.abs(other.unit / plain.unit - 1)).toBeLessThan(0.02);
    // What is left is the reserve: little ink says little about its slant.
    const left = inkSlant(other.ink, 0) - inkSlant(plain.ink, 0);
    expect(left / slant).toBeGreaterThan(0);
    expect(left / slant).toBeLessThan(0.45);
  });

  it.each([-0.035, 0.035])('bears a baseline tilted by %d radians', (radians) => {
    const other = normalise(tilted(ink, radians));
    // Nothing takes a tilt out: the end of a word six times as long as high moves by a fifth of its height.
    expect(Math.abs(Math.log(other.unit / plain.unit))).toBeLessThan(0.12);
    // A long bar that begins to point downward is taken for a slanted downstroke.
    expect(Math.abs(other.slant - plain.slant)).toBeLessThan(0.2);
  });

  it('leaves the slant where it is asked to', () => {
    const other = normalise(ink, { deslant: false });
    expect(other.slant).toBe(0);
    expect(inkSlant(other.ink, 0)).toBeCloseTo(inkSlant(ink, 0), 4);
  });
});

describe('normalise', () => {
  it('does not stand a lone slash up', () => {
    const slash = [{ x: [0, -20], y: [0, 40] }];
    const { slant } = normalise(slash);
    expect(slant).toBeLessThan(0);
    expect(slant).toBeGreaterThan(-0.35);
  });

  it('measures a dash by its width', () => {
    const { unit, ink } = normalise([{ x: [10, 50], y: [7, 7] }]);
    expect(unit).toBeCloseTo(20, 6);
    expect([...ink[0]!.x]).toEqual([0, 2]);
  });

  it('keeps a dot, empty strokes and no ink what they are', () => {
    expect(normalise([]).ink).toEqual([]);
    const { ink, unit } = normalise([
      { x: [], y: [] },
      { x: [12], y: [34] },
    ]);
    expect(unit).toBe(1);
    expect(ink.map(({ x, y }) => [[...x], [...y]])).toEqual([
      [[], []],
      [[0], [0]],
    ]);
  });
});
