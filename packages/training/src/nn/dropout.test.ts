import { describe, expect, it } from 'vitest';
import { dropout } from './dropout.ts';

describe('dropout', () => {
  const lanes = 8;
  const rows = 2001;
  const keys = Int32Array.from({ length: lanes }, (_, i) => Math.imul(i + 1, 0x51ed2701));
  const ones = new Float32Array(rows * lanes).fill(1);
  const drop = (lane: readonly number[], rate = 0.25) => {
    const out = new Float32Array(rows * lane.length);
    const own = Int32Array.from(lane, (i) => keys[i]!);
    dropout(ones.subarray(0, out.length), out, own, rate, false);
    return out;
  };

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
    for (let row = 0; row < rows; row++) expect(some[row * 2]).toBe(all[row * lanes + 3]);
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
    const out = new Float32Array(16).fill(2);
    dropout(new Float32Array(16).fill(3), out, keys, 0, true);
    expect(out.every((value) => value === 5)).toBe(true);
  });
});
