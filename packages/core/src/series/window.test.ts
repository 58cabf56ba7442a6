import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { window } from './window.ts';

describe('window', () => {
  it('never lets a target leave its part or a context be short', () => {
    fc.assert(
      fc.property(
        fc.nat(500),
        fc.nat(60),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        fc.nat(500),
        fc.nat(600),
        (length, context, horizon, stride, from, to) => {
          const origins = window(length, { context, horizon, stride, from, to });
          origins.forEach((origin, i) => {
            expect(origin).toBeGreaterThanOrEqual(Math.max(from, context));
            expect(origin + horizon).toBeLessThanOrEqual(Math.min(to, length));
            if (i > 0) expect(origin - origins[i - 1]!).toBe(stride);
          });
          const next = (origins.at(-1) ?? Math.max(from, context) - stride) + stride;
          expect(next + horizon).toBeGreaterThan(Math.min(to, length));
        },
      ),
    );
  });

  it('tiles a part without overlap by default', () => {
    expect(window(100, { context: 10, horizon: 20, from: 40 })).toEqual([40, 60, 80]);
  });

  it('names a bad horizon', () => {
    expect(() => window(10, { context: 1, horizon: 0 })).toThrowError(
      expect.objectContaining({ code: 'ARGUMENT', details: { horizon: 0 } }),
    );
  });
});
