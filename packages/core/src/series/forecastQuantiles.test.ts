import { describe, expect, it } from 'vitest';
import { forecastQuantiles, forecastQuantilesGrad } from './forecastQuantiles.ts';

const n = 3;
const Q = 5;
const C = 4;
const raw = Float32Array.from({ length: n * (Q + C) }, (_, i) => Math.sin(i * 1.7) * 1.5);
const candidates = Float32Array.from({ length: n * C }, (_, i) => Math.cos(i * 2.3) * 2);

describe('forecastQuantiles', () => {
  it('ascends in every row and stands around the mix of the candidates', () => {
    const out = forecastQuantiles(raw, candidates, Q, n);
    for (let i = 0; i < n; i++) {
      for (let q = 1; q < Q; q++) expect(out[i * Q + q]!).toBeGreaterThan(out[i * Q + q - 1]!);
      const logits = [...raw.subarray(i * (Q + C) + Q, (i + 1) * (Q + C))].map(Math.exp);
      const total = logits.reduce((a, b) => a + b);
      const mix = logits.reduce((sum, e, c) => sum + (e / total) * candidates[i * C + c]!, 0);
      expect(out[i * Q + 2]).toBeCloseTo(mix + raw[i * (Q + C) + 2]!, 5);
    }
  });

  it('has the gradient that finite differences give', () => {
    const pull = Float32Array.from({ length: n * Q }, (_, i) => Math.sin(i + 0.5));
    const value = (x: Float32Array) =>
      forecastQuantiles(x, candidates, Q, n).reduce((sum, out, i) => sum + out * pull[i]!, 0);
    const grad = forecastQuantilesGrad(raw, candidates, Q, n, pull);
    const step = 1e-2;
    for (let i = 0; i < raw.length; i++) {
      const up = raw.slice();
      const down = raw.slice();
      up[i]! += step;
      down[i]! -= step;
      // float32 sums of size 10 differ by about 1e-6, over 2e-2: 1e-4, beside the step's own error
      expect(grad[i]).toBeCloseTo((value(up) - value(down)) / (up[i]! - down[i]!), 3);
    }
  });

  it('names the columns it needs', () => {
    expect(() => forecastQuantiles(raw, candidates, Q + 1, n)).toThrowError(
      expect.objectContaining({ code: 'MODEL_SHAPE' }),
    );
  });
});
