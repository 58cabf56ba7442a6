/** Training that rounds as the engine of 7-bit activations does: what it computes is what that engine computes. */
import { DTYPE_PROPERTY, writeOnnx } from '@rivulet/core';
import { loadModel } from '@rivulet/inference/node';
import { loadTrainKernels } from '@rivulet/kernels/train';
import { Network, quantiseNetwork, Random, type RecipeInput, toOnnx } from '@rivulet/training/network';
import { expect, it } from 'vitest';
import { drawnNetwork } from '../fixtures/drawnNetwork.ts';
import { rowMajor } from './rowMajor.ts';

const [T, F, SIZE, LANES] = [14, 6, 3, 8];
type Layers = RecipeInput['network']['layers'];

const stacks: readonly { title: string; layers: Layers }[] = [
  {
    title: 'joined RNN in both directions, dense, RNN',
    layers: [
      { op: 'rnn', name: 'a', hidden: 17, bidirectional: true },
      { op: 'join', factor: 2 },
      { op: 'dense', name: 'mid', units: 12 },
      { op: 'rnn', name: 'b', hidden: 16 },
      { op: 'dense', name: 'y', units: 4 },
    ],
  },
  {
    title: 'LSTM in both directions',
    layers: [{ op: 'lstm', name: 'y', hidden: 20, bidirectional: true }],
  },
  {
    title: 'windows of a convolution, dense',
    layers: [
      { op: 'conv1d', name: 'a', units: 10, kernel: 3 },
      { op: 'dense', name: 'y', units: 4 },
    ],
  },
  {
    title: 'two LSTMs in both directions',
    layers: [
      { op: 'lstm', name: 'a', hidden: 20, bidirectional: true },
      { op: 'lstm', name: 'y', hidden: 20, bidirectional: true },
    ],
  },
  { title: 'GRU', layers: [{ op: 'gru', name: 'y', hidden: 24 }] },
];

it.each(stacks)('$title', async ({ layers }) => {
  const { plan, weights } = drawnNetwork({ inputs: { x: F }, layers, outputs: ['y'] }, 5);
  const kernels = await loadTrainKernels({ variant: 'plain' });
  const random = Random.fromSeed(9);
  const data = Float32Array.from({ length: T * F * LANES }, (_, i) =>
    i % LANES < SIZE ? random.normal() : 0,
  );
  const x = { data, T, F, lanes: LANES };
  const batch = { size: SIZE, lanes: LANES, inputs: { x }, target: undefined };
  const trained = (rounds: boolean): Float32Array => {
    const network = new Network(kernels, plan, { rounds });
    network.weights().set(weights);
    return rowMajor(network.forward(batch).y!, SIZE).data;
  };

  const quantised = quantiseNetwork(plan, weights);
  const model = await loadModel(
    writeOnnx(toOnnx({ name: 'a7', plan, weights, quantised, metadata: { [DTYPE_PROPERTY]: 'int8a7' } })),
    { engine: 'fused' },
  );
  const { y } = await model.run({ x: rowMajor(x, SIZE) });
  await model.dispose();
  const mean = (found: Float32Array): number =>
    found.reduce((sum, value, i) => sum + Math.abs(value - y!.data[i]!), 0) / found.length;
  // Float32 sums in another order: levels and gates are the engine's own.
  expect(mean(trained(true))).toBeLessThan(1e-6);
  // And the rounding shows.
  expect(mean(trained(false))).toBeGreaterThan(1e-3);
});
