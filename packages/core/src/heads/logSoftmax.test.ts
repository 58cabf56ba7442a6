import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logAdd, logSoftmax, logSumExp } from './logSoftmax.ts';

describe('logSoftmax', () => {
  it('gives rows whose probabilities add up to one, whatever is added to a row', () => {
    const row = fc.array(fc.float({ min: -80, max: 80, noNaN: true }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(row, fc.integer({ min: -100, max: 100 }), (logits, shift) => {
        const plain = logSoftmax(Float32Array.from([...logits, ...logits.map((x) => x + shift)]), 2, 4);
        expect(plain.slice(0, 4).reduce((sum, x) => sum + Math.exp(x), 0)).toBeCloseTo(1, 5);
        for (let c = 0; c < 4; c++) expect(plain[4 + c]).toBeCloseTo(plain[c]!, 3);
      }),
    );
  });

  it('does not overflow, and may write where it reads', () => {
    const logits = Float32Array.of(1e30, 0, -1e30);
    expect(logSoftmax(logits, 1, 3, logits)).toBe(logits);
    expect([...logits]).toEqual([0, -Math.fround(1e30), -2 * Math.fround(1e30)]);
  });

  it('refuses too few numbers', () => {
    expect(() => logSoftmax(new Float32Array(3), 2, 2)).toThrow(
      expect.objectContaining({ code: 'MODEL_SHAPE' }),
    );
  });
});

describe('logAdd and logSumExp', () => {
  it('know the empty sum', () => {
    expect(logAdd(-Infinity, -Infinity)).toBe(-Infinity);
    expect(logAdd(-Infinity, 2)).toBe(2);
    expect(logAdd(2, -Infinity)).toBe(2);
    expect(logSumExp(new Float32Array(0), 0, 0)).toBe(-Infinity);
    expect(logSumExp(new Float32Array(2).fill(-Infinity), 0, 2)).toBe(-Infinity);
  });

  it('agree with each other', () => {
    expect(logAdd(1000, 1001)).toBeCloseTo(1001 + Math.log1p(Math.exp(-1)), 9);
    expect(logSumExp(Float32Array.of(9, 1000, 1001, 9), 1, 2)).toBeCloseTo(logAdd(1001, 1000), 9);
  });
});
