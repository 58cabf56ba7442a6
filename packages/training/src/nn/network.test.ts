import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import type { Batch } from '../task.ts';
import { buildNetwork } from './fixtures/buildNetwork.ts';
import { networkCases } from './fixtures/networkCases.ts';
import { randomBatch } from './fixtures/randomBatch.ts';
import type { Network, NetworkOptions } from './network.ts';

/** A loss whose gradient is a fixed random tensor, over valid steps of real lanes. */
function probe(network: Network, batch: Batch, write: boolean): number {
  const outputs = network.forward(batch, { dropout: Random.fromSeed(2) });
  const lengths = network.outputLengths();
  const gradients = write ? network.outputGradients() : undefined;
  const random = Random.fromSeed(3);
  let loss = 0;
  for (const [name, { data, T, F, lanes }] of Object.entries(outputs)) {
    // Only the first output's lengths are asked for; the others' are those of their own time axis.
    const axis = T === Object.values(outputs)[0]!.T ? lengths : batch.lengths?.map((n) => Math.ceil(n / 2));
    for (let t = 0; t < T; t++) {
      for (let f = 0; f < F; f++) {
        for (let lane = 0; lane < batch.size; lane++) {
          const wanted = random.normal();
          if (axis && t >= axis[lane]!) continue;
          const i = (t * F + f) * lanes + lane;
          loss += wanted * data[i]!;
          if (gradients) gradients[name]![i] = wanted;
        }
      }
    }
  }
  return loss;
}

describe.each(networkCases)(
  'the gradient of a whole network: $title',
  ({ network: input, steps, lengths, others }) => {
    // Central differences of float32 sums: 1e-2 of the weight against rounding of about 1e-6 of the loss.
    it('equals finite differences to 1 %', async () => {
      const { plan, network } = await buildNetwork(input);
      const batch = randomBatch(input, steps, lengths, others);
      network.clearGradients();
      probe(network, batch, true);
      network.backward();
      const gradients = network.gradients().slice();
      const random = Random.fromSeed(6);
      for (const { name, offset, size } of plan.parameters) {
        const scale = Math.sqrt(
          gradients.subarray(offset, offset + size).reduce((sum, g) => sum + g * g, 0) / size,
        );
        expect(scale, name).toBeGreaterThan(0);
        // Zero in theory, as of a bias that moves all scores of an attention alike: what rounding leaves has no slope.
        if (scale < 1e-5) continue;
        for (let n = 0; n < 12; n++) {
          const i = offset + random.int(size);
          const held = network.weights()[i]!;
          const step = 5e-3;
          network.weights()[i] = held + step;
          const above = probe(network, batch, false);
          network.weights()[i] = held - step;
          const below = probe(network, batch, false);
          network.weights()[i] = held;
          const numeric = (above - below) / (2 * step);
          expect(Math.abs(numeric - gradients[i]!), `${name}[${i - offset}]`).toBeLessThan(
            0.01 * (Math.abs(numeric) + scale),
          );
        }
      }
    });

    it('is the same from a trained layer on, and zero below it', async () => {
      const batch = randomBatch(input, steps, lengths, others);
      const gradientsOf = async (options: NetworkOptions) => {
        const { plan, network } = await buildNetwork(input, options);
        network.clearGradients();
        probe(network, batch, true);
        network.backward();
        return { plan, gradients: network.gradients().slice() };
      };
      const whole = await gradientsOf({});
      const layers = whole.plan.nodes.slice(whole.plan.inputs.length).map(({ name }) => name);
      for (const trainedFrom of layers) {
        const { plan, gradients } = await gradientsOf({ trainedFrom });
        for (const { name, offset, size } of plan.parameters) {
          const frozen = layers.indexOf(name.split('.')[0]!) < layers.indexOf(trainedFrom);
          const wanted = whole.gradients.slice(offset, offset + size);
          expect(gradients.slice(offset, offset + size), `${name}, ${trainedFrom} on`).toEqual(
            frozen ? wanted.fill(0) : wanted,
          );
        }
      }
    });

    it('gives each lane what it would get alone, without the padding', async () => {
      if (!lengths) return;
      const { network } = await buildNetwork(input);
      const batch = randomBatch(input, steps, lengths, others);
      const together = Object.entries(network.forward(batch)).map(([name, y]) => ({
        name,
        ...y,
        data: y.data.slice(),
      }));
      lengths.forEach((length, lane) => {
        const inputs = Object.entries(batch.inputs).map(([name, { data, T: all, F }]) => {
          const T = name === 'x' ? length : (others?.[name]?.[lane] ?? all);
          const alone = new Float32Array(T * F * 8);
          for (let i = 0; i < T * F; i++) alone[i * 8] = data[i * 8 + lane]!;
          return [name, { data: alone, T, F, lanes: 8 }] as const;
        });
        const single = network.forward({ size: 1, lanes: 8, inputs: Object.fromEntries(inputs), target: 0 });
        for (const { name, data: all } of together) {
          const own = single[name]!;
          for (let i = 0; i < own.T * own.F; i++) expect(own.data[i * 8]).toBeCloseTo(all[i * 8 + lane]!, 5);
        }
      });
    });
  },
);

it('cannot be trained from a layer that is not there', async () => {
  await expect(buildNetwork(networkCases[0]!.network, { trainedFrom: 'c' })).rejects.toMatchObject({
    code: 'RECIPE_INVALID',
    details: { got: 'c' },
  });
});
