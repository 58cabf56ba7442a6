import { describe, expect, it } from 'vitest';
import { checkInk } from './stroke.ts';

describe('checkInk', () => {
  it.each([Number.NaN, Infinity, -Infinity, 1.1e30, -1.1e30])(
    'names the stroke and the point of %d',
    (bad) => {
      const good = { x: [0, 1], y: [0, 1] };
      const details = { stroke: 1, point: 2 };
      expect(() => checkInk([good, { x: [0, 1, bad], y: [0, 1, 2] }])).toThrow(
        expect.objectContaining({ code: 'INK_INVALID', details: { ...details, x: bad, y: 2 } }),
      );
      expect(() => checkInk([good, { x: [0, 1, 2], y: [0, 1, bad] }])).toThrow(
        expect.objectContaining({ code: 'INK_INVALID', details: { ...details, x: 2, y: bad } }),
      );
    },
  );

  it('names a stroke with more of one coordinate than of the other', () => {
    expect(() =>
      checkInk([
        { x: [], y: [] },
        { x: [0, 1], y: [0] },
      ]),
    ).toThrow(expect.objectContaining({ code: 'INK_INVALID', details: { stroke: 1, x: 2, y: 1 } }));
  });

  it.each([null, undefined, 5, [0, 1], { x: [0] }, { x: [0], y: null }])(
    'names a stroke that is none: %o',
    (bad) => {
      expect(() => checkInk([{ x: [], y: [] }, bad as never])).toThrow(
        expect.objectContaining({ code: 'INK_INVALID', details: { stroke: 1, got: String(bad) } }),
      );
    },
  );

  it('takes no ink, strokes without points, and places as far as 1e30', () => {
    checkInk([]);
    checkInk([
      { x: [], y: [] },
      { x: [1e30], y: [-1e30] },
      { x: new Float32Array(2), y: [0, 0] },
    ]);
  });
});
