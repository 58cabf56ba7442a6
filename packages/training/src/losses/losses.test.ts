/** Every loss against PyTorch (fixtures/makeTorchLosses.py), and what all of them have in common. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rowMajorLogits } from '../fixtures/rowMajorLogits.ts';
import type { LaneTensor } from '../task.ts';
import { crossEntropy } from './crossEntropy.ts';
import { ctcBatchLoss } from './ctcBatchLoss.ts';
import { ctcLoss } from './ctcLoss.ts';
import { digamma, logGamma } from './gamma.ts';
import { gaussianLoss, studentLoss } from './likelihoods.ts';
import type { Loss } from './loss.ts';
import { absoluteError, squaredError } from './pointLosses.ts';
import { quantileLoss } from './quantileLoss.ts';

interface Stored {
  readonly name: string;
  readonly lens: readonly number[];
  readonly features: number;
  readonly levels: readonly number[];
  readonly output: readonly number[];
  readonly target: readonly (number | null)[];
  readonly loss: number;
  readonly weight: number;
  readonly gradient: readonly number[];
}

const stored = JSON.parse(
  readFileSync(new URL('fixtures/torchLosses.json', import.meta.url), 'utf8'),
) as Stored[];

const LANES = 8;

/** [T, B, F] -> [T][F][LANES] */
function toLanes(values: readonly (number | null)[], B: number, F: number, fill: number): LaneTensor {
  const T = values.length / (B * F);
  const data = new Float32Array(T * F * LANES).fill(fill);
  values.forEach((value, i) => {
    const [t, lane, f] = [Math.floor(i / (B * F)), Math.floor(i / F) % B, i % F];
    data[(t * F + f) * LANES + lane] = value ?? Number.NaN;
  });
  return { data, T, F, lanes: LANES };
}

function lossOf({ name, levels }: Stored): Loss<never> {
  const table: Record<string, unknown> = {
    crossEntropy,
    squaredError,
    absoluteError,
    gaussianLoss,
    studentLoss,
  };
  return (table[name] ?? quantileLoss(levels)) as Loss<never>;
}

describe.each(stored)('$name', (test) => {
  const { lens, features, output, target, loss, weight, gradient } = test;
  const B = lens.length;
  const targets = toLanes(target, B, target.length / (output.length / features), 0).data;
  const call = {
    output: toLanes(output, B, features, 3),
    target: (test.name === 'crossEntropy' ? Int32Array.from(targets) : targets) as never,
    size: B,
    lengths: Int32Array.from({ length: LANES }, (_, lane) => lens[lane] ?? 0),
  };

  it('has the value and the gradient of PyTorch', () => {
    const slopes = new Float32Array(call.output.data.length);
    const found = lossOf(test)({ ...call, gradient: slopes });
    expect(found.weight).toBe(weight);
    expect(Math.abs(found.sum / loss - 1)).toBeLessThan(1e-6);
    expect(lossOf(test)(call)).toEqual(found);
    const wanted = toLanes(gradient, B, features, 0).data;
    const length = Math.hypot(...wanted);
    // Rounded to float32 once; steps and lanes that do not count have none.
    expect(Math.hypot(...wanted.map((value, i) => value - slopes[i]!)) / length).toBeLessThan(1e-6);
    wanted.forEach((value, i) => {
      if (value === 0) expect(slopes[i]).toBe(0);
    });
  });

  it('counts every step where there are no lengths, and shows a NaN of the network', () => {
    const { lengths: _, ...whole } = call;
    expect(lossOf(test)(whole).weight).toBeGreaterThanOrEqual(weight);
    const broken = { ...call.output, data: call.output.data.slice().fill(Number.NaN) };
    expect(lossOf(test)({ ...call, output: broken }).sum).toBeNaN();
  });
});

describe('cross-entropy', () => {
  it('names a class that the output lacks', () => {
    const output = { data: new Float32Array(2 * 3 * 8), T: 2, F: 3, lanes: 8 };
    const target = Int32Array.from({ length: 16 }, (_, i) => (i === 9 ? 3 : 0));
    expect(() => crossEntropy({ output, target, size: 2 })).toThrow(
      expect.objectContaining({ code: 'DATA_INVALID', details: { classes: 3, got: 3, step: 1, lane: 1 } }),
    );
  });
});

describe('CTC of a batch', () => {
  it('is that of each lane by itself', () => {
    const logits = toLanes(
      Array.from({ length: 4 * 2 * 3 }, (_, i) => Math.sin(i)),
      2,
      3,
      0,
    );
    const labels = [[1, 2], [2]];
    const gradient = new Float32Array(logits.data.length);
    const lengths = Int32Array.of(4, 3, 0, 0, 0, 0, 0, 0);
    const { sum, weight } = ctcBatchLoss({ output: logits, target: labels, size: 2, lengths, gradient });
    expect(weight).toBe(2);
    let alone = 0;
    labels.forEach((label, lane) => {
      const own = Float32Array.from({ length: 12 }, (_, i) => logits.data[i * 8 + lane]!);
      const slopes = new Float32Array(12);
      alone += ctcLoss(own, rowMajorLogits(3), lengths[lane]!, 3, label, slopes);
      expect(gradient.filter((_, i) => i % 8 === lane)).toEqual(slopes);
    });
    expect(sum).toBeCloseTo(alone, 10);
    const left = ctcBatchLoss({ output: logits, target: [labels[0], undefined], size: 2, lengths });
    expect(left.weight).toBe(2);
    expect(left.sum).toBeLessThan(sum);
  });

  it.each([
    [[[1], [2, 2]], 'The label of lane 1 needs 3 steps', { lane: 1, expected: 3, got: 2 }],
    [[[1, 3], [2]], 'The label of lane 0 has class 3', { lane: 0, got: 3 }],
    [[[1], [-1]], 'The label of lane 1 has class -1', { lane: 1, got: -1 }],
  ])('refuses a label that no path spells, and names its lane: %j', (target, message, details) => {
    const output = { data: new Float32Array(2 * 3 * 8), T: 2, F: 3, lanes: 8 };
    expect(() => ctcBatchLoss({ output, target, size: 2 })).toThrow(
      expect.objectContaining({
        ...{ code: 'DATA_INVALID', message: expect.stringContaining(message) },
        details: expect.objectContaining(details),
      }),
    );
  });
});

describe('the gamma function', () => {
  it.each([
    [0.5, 0.5 * Math.log(Math.PI), -0.5772156649015329 - 2 * Math.LN2],
    [1, 0, -0.5772156649015329],
    [7.5, Math.log(1871.2543057977884), 1.9467574842460862],
    [50, 144.5657439463449, 3.9019896734278925],
  ])('of %d', (x, value, slope) => {
    expect(logGamma(x)).toBeCloseTo(value, 11);
    expect(digamma(x)).toBeCloseTo(slope, 11);
    const step = 1e-5;
    expect((logGamma(x + step) - logGamma(x - step)) / (2 * step)).toBeCloseTo(digamma(x), 7);
  });
});
