import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleClass } from './sampleClass.ts';

/** Share of each class over evenly spaced draws. */
function shares(logits: readonly number[], temperature: number, draws = 10_000): number[] {
  const counts = logits.map(() => 0);
  for (let i = 0; i < draws; i++) counts[sampleClass(logits, temperature, (i + 0.5) / draws)]!++;
  return counts.map((count) => count / draws);
}

describe('sampleClass', () => {
  it('draws by softmax(logits / temperature)', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 1, maxLength: 6 }),
        fc.double({ min: 0.2, max: 5, noNaN: true }),
        (logits, temperature) => {
          const powers = logits.map((logit) => Math.exp(logit / temperature));
          const total = powers.reduce((a, b) => a + b);
          // Evenly spaced draws are off by less than one for each border.
          shares(logits, temperature, 500).forEach((share, c) => {
            expect(Math.abs(share - powers[c]! / total)).toBeLessThan(0.005);
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  it('takes the largest at temperature 0, whatever is drawn, and does not overflow', () => {
    for (const draw of [0, 0.5, 0.999]) expect(sampleClass([1, 3, 2], 0, draw)).toBe(1);
    expect(shares([900, -900, 899], 1)).toEqual([expect.closeTo(0.731, 3), 0, expect.closeTo(0.269, 3)]);
  });

  it.each([
    [-1, 0.5, { temperature: -1 }],
    [Number.NaN, 0.5, { temperature: Number.NaN }],
    [1, 1, { draw: 1 }],
  ])('refuses temperature %d with draw %d', (temperature, draw, details) => {
    expect(() => sampleClass([1, 2], temperature, draw)).toThrow(
      expect.objectContaining({ code: 'ARGUMENT', details }),
    );
  });
});
