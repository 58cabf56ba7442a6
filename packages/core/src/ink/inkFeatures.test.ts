import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INK_FEATURES, type InkFeatures, inkFeatures } from './inkFeatures.ts';
import { anyInk, doubleSampled, type Move, mapPoints, realWords } from './testing/ink.ts';

const step = 0.2;
const F = INK_FEATURES;
const column = ({ data, steps }: InkFeatures, f: number) =>
  Array.from({ length: steps }, (_, t) => data[t * F + f]!);

/** Largest difference of two features of the same step. */
function furthest(a: InkFeatures, b: InkFeatures): number {
  expect(b.steps).toBe(a.steps);
  return a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - b.data[i]!)), 0);
}

describe.each(realWords)('features of "$label"', ({ ink, steps, moments }) => {
  const plain = inkFeatures(ink, { step });

  it('are those that models of this feature version were trained on', () => {
    expect(plain.steps).toBe(steps);
    for (let f = 0; f < F; f++) {
      const moment = column(plain, f).reduce((sum, value, t) => sum + (t + 1) * value, 0);
      expect(Math.abs(moment - moments[f]!)).toBeLessThan(1e-3);
    }
  });

  it.each([
    ['moved', (x: number, y: number) => [x + 54321.5, y - 1234.25]],
    ['a millionth as large', (x: number, y: number) => [x * 1e-6, y * 1e-6]],
    ['a thousand million times as large', (x: number, y: number) => [x * 1e9, y * 1e9]],
  ] as const satisfies readonly [string, Move][])('are the same when it is %s', (_, move) => {
    expect(furthest(plain, inkFeatures(mapPoints(ink, move), { step }))).toBeLessThan(1e-4);
  });

  it('do not ask how often the pen was sampled, nor when', () => {
    const doubled = doubleSampled(ink).map(({ x, y }, s) => ({ x, y, t: x.map((_, i) => s * 1e6 + i * i) }));
    expect(furthest(plain, inkFeatures(doubled, { step }))).toBeLessThan(1e-3);
  });

  it('hardly know a slant', () => {
    const slanted = inkFeatures(
      mapPoints(ink, (x, y) => [x - 0.3 * y, y]),
      { step },
    );
    expect(Math.abs(slanted.steps - plain.steps) / plain.steps).toBeLessThan(0.1);
    const mean = (features: InkFeatures, f: number) =>
      column(features, f).reduce((sum, value) => sum + Math.abs(value), 0) / features.steps;
    for (let f = 0; f < F; f++) expect(Math.abs(mean(slanted, f) - mean(plain, f))).toBeLessThan(0.12);
  });
});

describe('inkFeatures', () => {
  it('says where the pen jumped, how high it is, and which way it turned', () => {
    // A square, and a dash in its middle; of equal sides, so that step and unit are known.
    const square = { x: [0, 0, 8, 8, 0], y: [0, 8, 8, 0, 0] };
    const features = inkFeatures([square, { x: [2, 6], y: [4, 4] }], { step: 100, deslant: false });
    expect([...features.strokeIndex]).toEqual([0, 1]);
    const fine = inkFeatures([square, { x: [2, 6], y: [4, 4] }], { step: 0.05, deslant: false });
    expect(column(fine, 2).filter((jump) => jump === 1)).toHaveLength(2);
    expect(column(fine, 2)[0]).toBe(1);
    // y grows downward: down, right, up, left are three turns to the left on paper.
    expect(column(fine, 4).filter((sine) => sine < -0.3).length).toBeGreaterThanOrEqual(3);
    expect(column(fine, 4).filter((sine) => sine > 0.3)).toHaveLength(0);
    expect(column(fine, 3)[0]).toBeGreaterThan(1);
    for (let t = 0; t < fine.steps; t++) {
      if (column(fine, 2)[t] === 1) continue;
      const [dx = 0, dy = 0] = fine.data.subarray(t * F);
      expect(Math.hypot(dx, dy)).toBeGreaterThan(0.6);
      expect(Math.hypot(dx, dy)).toBeLessThan(1.05);
    }
  });

  it('keeps a dot where it is: as far from its letter as it was drawn', () => {
    const stem = { x: [0, 0, 0], y: [0, 50, 100] };
    const dot = (x: number, y: number) => {
      const features = inkFeatures([stem, { x: [x], y: [y] }], { step, deslant: false });
      const at = (features.steps - 1) * F;
      expect(features.strokeIndex.at(-1)).toBe(1);
      const unit = 3 * (100 / Math.sqrt(12));
      expect(Math.sinh(features.data[at]!) * step * unit).toBeCloseTo(x, 2);
      expect(Math.sinh(features.data[at + 1]!) * step * unit).toBeCloseTo(y - 100, 2);
      return column(features, 6);
    };
    expect(
      dot(3, -30)
        .slice(0, -1)
        .every((hat) => hat === 1),
    ).toBe(true);
    expect(dot(60, -30).some((hat) => hat === 1)).toBe(false);
    expect(dot(3, 130).some((hat) => hat === 1)).toBe(false);
  });

  it('makes no steps of no ink, and one of a point', () => {
    expect(inkFeatures([], { step }).steps).toBe(0);
    expect(inkFeatures([{ x: [], y: [] }], { step }).data).toHaveLength(0);
    const point = inkFeatures([{ x: [7], y: [9] }], { step });
    expect([...point.data]).toEqual([0, 0, 1, -0, 0, 1, 0]);
    expect([...point.strokeIndex, ...point.pointIndex]).toEqual([0, 0]);
  });

  it.each([Number.NaN, Infinity])('names the point with %d', (bad) => {
    expect(() =>
      inkFeatures(
        [
          { x: [0], y: [0] },
          { x: [1, bad], y: [1, 1] },
        ],
        { step },
      ),
    ).toThrow(
      expect.objectContaining({
        code: 'INK_INVALID',
        details: expect.objectContaining({ stroke: 1, point: 1 }),
      }),
    );
  });

  const many = 100_000;
  it.each([
    ['in one stroke', [{ x: range(many, (i) => i / 100), y: range(many, (i) => 10 * Math.sin(i / 31)) }]],
    ['each a dot', range(many, (i) => ({ x: [(i * 7919) % 1000], y: [(i * 104729) % 1009] }))],
    ['in one place', [{ x: range(many, () => 3), y: range(many, () => 4) }]],
  ])('takes 100,000 points %s at the cost of a page', (_, ink) => {
    const { steps, data } = inkFeatures(ink, { step });
    expect(steps).toBeGreaterThan(0);
    expect(steps).toBeLessThanOrEqual(8192);
    expect(data.every(Number.isFinite)).toBe(true);
  });

  it('gives finite features and true indices for any ink', () => {
    fc.assert(
      fc.property(anyInk, fc.double({ min: 0.05, max: 1, noNaN: true }), (ink, step) => {
        const { data, steps, strokeIndex, pointIndex } = inkFeatures(ink, { step });
        expect(data.every(Number.isFinite)).toBe(true);
        expect(data).toHaveLength(steps * F);
        expect(new Set(strokeIndex).size).toBe(ink.filter(({ x }) => x.length > 0).length);
        for (let t = 0; t < steps; t++) expect(pointIndex[t]).toBeLessThan(ink[strokeIndex[t]!]!.x.length);
      }),
      { numRuns: 500 },
    );
  });
});

function range<T>(length: number, f: (i: number) => T): T[] {
  return Array.from({ length }, (_, i) => f(i));
}
