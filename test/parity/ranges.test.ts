/** Calibrated ranges of activations: the exported file is the network that training rounds, in every engine. */
import { type OnnxModel, readOnnx, writeOnnx } from '@rivulet/core';
import { loadModel } from '@rivulet/inference/node';
import { loadTrainKernels } from '@rivulet/kernels/train';
import { Network, quantiseNetwork, type RecipeInput, rangeOver, toOnnx } from '@rivulet/training/network';
import { describe, expect, it } from 'vitest';
import { drawnNetwork } from '../fixtures/drawnNetwork.ts';
import { randomFloats } from './random.ts';
import { rowMajor } from './rowMajor.ts';

const [T, F, LANES] = [13, 6, 8];

const STACKS: Readonly<Record<string, RecipeInput['network']['layers']>> = {
  'LSTM in both directions, joined, GRU, dense': [
    { op: 'lstm', name: 'a', hidden: 20, bidirectional: true },
    { op: 'join', factor: 2 },
    { op: 'gru', name: 'b', hidden: 17 },
    { op: 'dense', name: 'y', units: 5 },
  ],
  'windows with a relu, RNN, two dense layers of one source': [
    { op: 'conv1d', name: 'a', units: 10, kernel: 3, activation: 'relu' },
    { op: 'rnn', name: 'b', hidden: 16 },
    { op: 'dense', name: 'c', units: 6 },
    { op: 'dense', name: 'd', in: 'b', units: 6 },
    { op: 'add', in: 'c', with: ['d'] },
    { op: 'dense', name: 'y', units: 4 },
  ],
};

async function exported(layers: RecipeInput['network']['layers'], bits: 8 | 16, int8 = true) {
  // Uneven ends, some of them within what the tensors take.
  const rangeOf = (place: number) => rangeOver(-0.6 - 0.05 * place, 0.9, bits);
  const { plan, weights } = drawnNetwork({ inputs: { x: F }, layers, outputs: ['y'] }, 5, rangeOf);
  const quantised = quantiseNetwork(plan, weights);
  const data = randomFloats(3)(T * F, 1.2);
  const lanes = new Float32Array(T * F * LANES);
  data.forEach((value, i) => {
    lanes[i * LANES] = value;
  });
  const running = new Network(await loadTrainKernels({ variant: 'plain' }), plan);
  running.weights().set(int8 ? quantised.restored : weights);
  const batch = { size: 1, lanes: LANES, inputs: { x: { data: lanes, T, F, lanes: LANES } }, target: 0 };
  const y = rowMajor(running.forward(batch).y!, 1);
  const bytes = writeOnnx(toOnnx({ name: 'ranges', plan, weights, ...(int8 && { quantised }) }));
  return { bytes, x: { data, shape: [T, 1, F] }, y };
}

/**
 * Mean difference: a value between two levels may become the one or the other. States, which have no range, are rounded
 * to 16 or 14 bits; onnxruntime leaves them as they are.
 */
const ENGINES = [
  { engine: 'ort', variant: 'auto', most: 1e-5 },
  { engine: 'fused', variant: 'plain', most: 5e-4 },
  { engine: 'fused', variant: 'relaxed', most: 1e-3 },
] as const;

describe.each([8, 16] as const)('ranges of %i bits', (bits) => {
  describe.each(Object.entries(STACKS))('%s', (_title, layers) => {
    it.each(ENGINES)('$engine, $variant SIMD', async ({ engine, variant, most }) => {
      const { bytes, x, y } = await exported(layers, bits);
      const model = await loadModel(bytes, { engine, variant });
      const { y: got } = await model.run({ x });
      await model.dispose();
      expect(got!.shape).toEqual(y.shape);
      expect(meanDifference(got!.data, y.data)).toBeLessThan(most);
      // Without its ranges the file is another network.
      const without = await loadModel(writeOnnx(withoutRanges(readOnnx(bytes))), { engine, variant });
      const { y: other } = await without.run({ x });
      await without.dispose();
      expect(meanDifference(other!.data, y.data)).toBeGreaterThan(10 * most);
    });
  });
});

// With int8 weights the products round, with float32 the nodes themselves.
it.each([true, false])('a stream rounds as a run does, int8 weights: %s', async (int8) => {
  const { bytes, x, y } = await exported(
    [
      { op: 'lstm', name: 'a', hidden: 20 },
      { op: 'gru', name: 'b', hidden: 17 },
      { op: 'dense', name: 'y', units: 5 },
    ],
    8,
    int8,
  );
  const model = await loadModel(bytes, { engine: 'fused', variant: 'plain' });
  const { y: run } = await model.run({ x });
  expect(meanDifference(run!.data, y.data)).toBeLessThan(int8 ? 5e-4 : 1e-6);
  const stream = model.createStream();
  const pushed: number[] = [];
  for (let t = 0; t < T; t++) {
    const { data } = await stream.push({ data: x.data.subarray(t * F, (t + 1) * F), shape: [1, F] });
    pushed.push(...data);
  }
  await model.dispose();
  expect(pushed).toEqual([...run!.data]);
});

it('int8a7 takes the levels that it has over the same ranges', async () => {
  const { bytes, x, y } = await exported([{ op: 'dense', name: 'y', units: 5 }], 8);
  const model = await loadModel(bytes, { engine: 'fused', dtype: 'int8a7' });
  const { y: got } = await model.run({ x });
  await model.dispose();
  expect(meanDifference(got!.data, y.data)).toBeGreaterThan(1e-3);
  expect(meanDifference(got!.data, y.data)).toBeLessThan(0.02);
});

function meanDifference(got: ArrayLike<number>, expected: Float32Array): number {
  return expected.reduce((sum, value, i) => sum + Math.abs(value - got[i]!), 0) / expected.length;
}

function withoutRanges(model: OnnxModel): OnnxModel {
  const exact = new Map<string, string>();
  const nodes = model.graph.nodes.filter(({ op, inputs, outputs }) => {
    const source = exact.get(inputs[0]!) ?? inputs[0]!;
    const drops = op === 'QuantizeLinear' || (op === 'DequantizeLinear' && exact.has(inputs[0]!));
    if (drops) exact.set(outputs[0]!, source);
    return !drops;
  });
  const read = nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((name) => exact.get(name) ?? name),
  }));
  return { ...model, graph: { ...model.graph, nodes: read } };
}
