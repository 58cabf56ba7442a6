import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantiseRows } from './quantiseRows.ts';

describe('quantiseRows', () => {
  it('stays within half a step of every weight, with one scale a row', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true, min: -8, max: 8 }), { minLength: 24, maxLength: 24 }),
        (values) => {
          const weights = Float32Array.from(values);
          const { data, scales, restored } = quantiseRows(weights, 2, 3, 4);
          expect(scales).toHaveLength(3);
          weights.forEach((weight, i) => {
            const scale = scales[Math.floor(i / 4) % 3]!;
            expect(Math.abs(restored[i]! - weight)).toBeLessThanOrEqual(scale * 0.5001);
            expect(restored[i]).toBe(Math.fround(data[i]! * scale));
            expect(data[i]).toBeGreaterThanOrEqual(-127);
          });
        },
      ),
    );
  });
  it('gives both directions one scale, and rows their own', () => {
    const weights = Float32Array.of(1, 0, 0.5, 0, -2, 0, 0.25, 0);
    const { data, scales } = quantiseRows(weights, 2, 2, 2);
    expect([...scales]).toEqual([Math.fround(2 / 127), Math.fround(0.5 / 127)]);
    expect(data[4]).toBe(-127);
    expect(data[2]).toBe(127);
  });
  it('keeps a row of zeros zero, with a scale that can be divided by', () => {
    const { data, scales } = quantiseRows(new Float32Array(4), 1, 2, 2);
    expect([...data]).toEqual([0, 0, 0, 0]);
    expect(scales.every((scale) => scale > 0)).toBe(true);
  });
});
