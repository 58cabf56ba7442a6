/** How exact the gates of a cell are: tanh through an RNN of one unit, sigmoid through a GRU's update gate. */
import { describe, expect, it } from 'vitest';
import { hasRelaxedSimd } from '../binary/hasRelaxedSimd.ts';
import { createInferMachine, packRecurrent } from '../infer.ts';
import { stepOf } from '../testing/stepOf.ts';

/** One step of a unit whose only input weight is 1 (a GRU's: the update gate's), for each x as a sequence of its own. */
async function through(variant: 'plain' | 'relaxed', cell: 'rnn' | 'gru', x: Float32Array) {
  const machine = await createInferMachine({ variant });
  const gates = cell === 'gru' ? 3 : 1;
  const first = Float32Array.from({ length: gates }, (_, gate) => (gate === 0 ? 1 : 0));
  const layer = packRecurrent(machine, {
    ...{ cell, linearBeforeReset: true, input: 1, hidden: 1 },
    ...{ w: { data: first }, r: { data: new Float32Array(gates) } },
  });
  // A GRU of fresh = tanh(0) = 0 gives update * h, an RNN without recurrence ignores it.
  return stepOf(machine, layer, x, 1);
}

const variants = (['plain', 'relaxed'] as const).filter((name) => name === 'plain' || hasRelaxedSimd());

describe.each(variants)('%s', (variant) => {
  it('gates are within 1e-6 of what they should be, relatively', async () => {
    // From 1e-30 to 15, both signs, dense enough to meet every interval of the reduction.
    const x = Float32Array.from({ length: 40_000 }, (_, i) => {
      const size = i < 20_000 ? Math.exp(-69 + (71.7 * i) / 20_000) : (15 * (i - 20_000)) / 20_000;
      return i % 2 ? size : -size;
    });
    const worst = (got: Float32Array, exact: (v: number) => number): number =>
      x.reduce((most, v, i) => (v === 0 ? most : Math.max(most, Math.abs(got[i]! / exact(v) - 1))), 0);
    expect(worst(await through(variant, 'rnn', x), Math.tanh)).toBeLessThan(1e-6);
    expect(worst(await through(variant, 'gru', x), (v) => 1 / (1 + Math.exp(-v)))).toBeLessThan(1e-6);
  });

  it('gates saturate far out, and NaN stays NaN', async () => {
    const x = Float32Array.of(200, -200, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN);
    expect([...(await through(variant, 'rnn', x))]).toEqual([1, -1, 1, -1, Number.NaN]);
    // No infinities here: the weights of the other gates are 0, and 0 times infinity is NaN.
    const update = await through(variant, 'gru', Float32Array.of(200, -200, Number.NaN));
    expect([update[0], update[2]]).toEqual([1, Number.NaN]);
    expect(update[1]).toBeLessThan(1e-30);
  });
});
