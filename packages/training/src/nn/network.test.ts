import { readFileSync } from 'node:fs';
import { loadTrainKernels } from '@rivulet/kernels/train';
import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import { parseRecipe, type RecipeInput } from '../recipe.ts';
import type { Batch, LaneTensor } from '../task.ts';
import { initialise } from './initialise.ts';
import { Network, type NetworkOptions } from './network.ts';
import { planNetwork } from './networkPlan.ts';

type NetworkInput = RecipeInput['network'];

interface Case {
  title: string;
  lengths?: readonly number[];
  /** Of the other inputs. */
  others?: Readonly<Record<string, readonly number[]>>;
  steps: Record<string, number>;
  network: NetworkInput;
}

/** The networks whose PyTorch gradients are stored hold every layer. */
const stored = JSON.parse(
  readFileSync(new URL('fixtures/torchLayers.json', import.meta.url), 'utf8'),
) as (Case & { lens: readonly number[] })[];

const cases: readonly Case[] = [
  // A relu has kinks, over which a difference is no slope; PyTorch's gradients know none.
  ...stored
    .filter(({ title }) => !title.includes('relu'))
    .map(({ title, lens, steps, network }) => ({ title, lengths: lens, steps, network })),
  {
    title: 'weights of R dropped, LSTM and bidirectional GRU',
    lengths: [5, 3],
    steps: { x: 5 },
    network: {
      inputs: { x: 3 },
      layers: [
        { op: 'lstm', name: 'a', hidden: 5, recurrentDropout: 0.4 },
        { op: 'gru', name: 'y', hidden: 4, bidirectional: true, recurrentDropout: 0.3 },
      ],
      outputs: ['y'],
    },
  },
  {
    title: 'bidirectional LSTM, joined steps, dropout, GRU, dense, over lanes of different length',
    lengths: [5, 3, 1, 4],
    steps: { x: 5 },
    network: {
      inputs: { x: 3 },
      layers: [
        { op: 'lstm', name: 'a', in: 'x', hidden: 5, bidirectional: true },
        { op: 'join', factor: 2 },
        { op: 'dropout', rate: 0.3 },
        { op: 'gru', name: 'b', hidden: 4, bidirectional: true },
        { op: 'dense', name: 'y', units: 3 },
      ],
      outputs: ['y'],
    },
  },
  {
    title: 'an encoder whose final state starts two decoders over another input',
    steps: { x: 6, position: 3 },
    network: {
      inputs: { x: 2, position: 4 },
      layers: [
        { op: 'lstm', name: 'encoder', in: 'x', hidden: 4 },
        { op: 'lstm', name: 'decoder', in: 'position', hidden: 4, initial: 'encoder.h' },
        { op: 'gru', name: 'other', in: 'position', hidden: 4, initial: 'encoder.h' },
        { op: 'dense', name: 'y', in: 'decoder', units: 2 },
        { op: 'dense', name: 'z', in: 'other', units: 2 },
      ],
      outputs: ['y', 'z'],
    },
  },
  {
    title: 'an encoder, and a decoder with attention over an input of its own lengths',
    lengths: [6, 2, 4],
    others: { said: [2, 4, 1] },
    steps: { x: 6, said: 4 },
    network: {
      inputs: { x: 2, said: 3 },
      layers: [
        { op: 'gru', name: 'encoder', in: 'x', hidden: 4, bidirectional: true },
        { op: 'lstm', name: 'decoder', in: 'said', hidden: 4, bidirectional: true },
        { op: 'attention', name: 'read', in: 'decoder', keys: 'encoder' },
        { op: 'concat', name: 'both', in: 'decoder', with: ['read'] },
        { op: 'join', name: 'pairs', factor: 2 },
        { op: 'gru', name: 'y', hidden: 3, bidirectional: true },
      ],
      outputs: ['y'],
    },
  },
  {
    title: 'RNN over joined inputs, dense joined, two readers of one layer',
    lengths: [7, 2, 5],
    steps: { x: 7 },
    network: {
      inputs: { x: 2 },
      layers: [
        { op: 'join', name: 'pairs', in: 'x', factor: 2 },
        { op: 'rnn', name: 'a', hidden: 6 },
        { op: 'dense', name: 'mid', units: 3 },
        { op: 'join', name: 'threes', factor: 3 },
        { op: 'gru', name: 'b', hidden: 4 },
        { op: 'dense', name: 'y', units: 2 },
        { op: 'dense', name: 'z', in: 'a', units: 2 },
      ],
      outputs: ['y', 'z'],
    },
  },
];

const padded = (lengths: readonly number[]) => Int32Array.from({ length: 8 }, (_, i) => lengths[i] ?? 0);

function randomBatch(
  network: NetworkInput,
  steps: Record<string, number>,
  lengths: readonly number[] | undefined,
  others: Case['others'] = {},
): Batch {
  const random = Random.fromSeed(4);
  const size = lengths?.length ?? 3;
  const lanes = 8;
  const inputs: Record<string, LaneTensor> = {};
  const holdsTokens = (name: string): boolean =>
    network.layers.some(
      (layer, i) => layer.op === 'embedding' && (layer.in ?? (i === 0 ? 'x' : '')) === name,
    );
  Object.entries(network.inputs).forEach(([name, F], input) => {
    const T = steps[name]!;
    const data = new Float32Array(T * F * lanes);
    for (let t = 0; t < T; t++) {
      for (let f = 0; f < F; f++) {
        for (let lane = 0; lane < size; lane++) {
          const value = holdsTokens(name) ? random.int(5) : random.normal();
          const own = input > 0 ? others[name] : lengths;
          if (t < (own?.[lane] ?? T)) data[(t * F + f) * lanes + lane] = value;
        }
      }
    }
    inputs[name] = { data, T, F, lanes };
  });
  return {
    size,
    lanes,
    inputs,
    target: undefined,
    ...(lengths ? { lengths: padded(lengths) } : {}),
    inputLengths: Object.fromEntries(Object.entries(others).map(([name, own]) => [name, padded(own)])),
  };
}

async function build(input: NetworkInput, options: NetworkOptions = {}) {
  const recipe = parseRecipe({
    task: '',
    seed: 1,
    network: input,
    optimiser: { kind: 'adamw', lr: 1 },
    batch: 1,
    epochs: 1,
  });
  const plan = planNetwork(recipe.network);
  const network = new Network(await loadTrainKernels({ variant: 'plain' }), plan, options);
  const weights = new Float32Array(plan.floats);
  initialise(plan, weights, 11);
  const random = Random.fromSeed(12);
  for (const { offset, size } of plan.parameters) {
    for (let i = 0; i < size; i++) weights[offset + i]! += 0.1 * random.normal();
  }
  network.weights().set(weights);
  return { plan, network };
}

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

describe.each(cases)(
  'the gradient of a whole network: $title',
  ({ network: input, steps, lengths, others }) => {
    // Central differences of float32 sums: 1e-2 of the weight against rounding of about 1e-6 of the loss.
    it('equals finite differences to 1 %', async () => {
      const { plan, network } = await build(input);
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
        const { plan, network } = await build(input, options);
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
      const { network } = await build(input);
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
  await expect(build(cases[0]!.network, { trainedFrom: 'c' })).rejects.toMatchObject({
    code: 'RECIPE_INVALID',
    details: { got: 'c' },
  });
});

describe('a batch that does not fit', () => {
  it('is refused for lengths that no input has, naming input and lane', async () => {
    const { network } = await build({
      inputs: { x: 1, z: 1 },
      layers: [{ op: 'concat', name: 'y', in: 'x', with: ['z'] }],
      outputs: ['y'],
    });
    const data = new Float32Array(2 * 8);
    const inputs = { x: { data, T: 2, F: 1, lanes: 8 }, z: { data, T: 2, F: 1, lanes: 8 } };
    const batch = { size: 1, lanes: 8, inputs, target: 0 };
    const wrong = (change: Partial<Batch>) => () => network.forward({ ...batch, ...change });
    const details = (wanted: object) =>
      expect.objectContaining({ code: 'MODEL_SHAPE', details: expect.objectContaining(wanted) });
    expect(wrong({ lengths: padded([3]) })).toThrow(details({ input: 'x', lane: 0, got: 3 }));
    expect(wrong({ inputLengths: { z: padded([1, -1]) } })).toThrow(
      details({ input: 'z', lane: 1, got: -1 }),
    );
    expect(wrong({ inputLengths: { z: Int32Array.of(1) } })).toThrow(details({ input: 'z', lengths: 1 }));
    expect(wrong({ inputLengths: { w: padded([1]) } })).toThrow(details({ got: 'w' }));
    expect(wrong({ inputLengths: { x: padded([1]) } })).toThrow(details({ got: 'x' }));
  });

  it('is refused with both shapes', async () => {
    const { network } = await build(cases[0]!.network);
    for (const x of [
      { data: new Float32Array(2 * 8), T: 1, F: 2, lanes: 8 },
      // Less data than its shape says: the rest would be what another batch left there.
      { data: new Float32Array(3 * 8), T: 2, F: 3, lanes: 8 },
    ]) {
      expect(() => network.forward({ size: 1, lanes: 8, inputs: { x }, target: 0 })).toThrow(
        expect.objectContaining({ code: 'MODEL_SHAPE' }),
      );
    }
  });
});

describe('an output that nothing trained stands before', () => {
  it.each([
    ['a frozen layer', 'a', { op: 'gru', name: 'a', in: 'x', hidden: 6 }],
    ['joined steps of an input', 'pairs', { op: 'join', name: 'pairs', in: 'x', factor: 2 }],
  ] as const)('has room for its gradients: %s', async (_, output, layer) => {
    const network: NetworkInput = {
      inputs: { x: 3 },
      layers: [layer, { op: 'dense', name: 'y', in: output, units: 2 }],
      outputs: ['y', output],
    };
    // So many steps that gradients written from address 0 on would reach the weights.
    const batch = randomBatch(network, { x: 4096 }, undefined);
    const slopes = async (ofOutput: number) => {
      const built = await build(network, { trainedFrom: 'y' });
      const weights = built.network.weights().slice();
      built.network.forward(batch);
      const gradients = built.network.outputGradients();
      gradients.y!.fill(1);
      gradients[output]!.fill(ofOutput);
      built.network.clearGradients();
      built.network.backward();
      expect(built.network.weights()).toEqual(weights);
      return built.network.gradients().slice();
    };
    expect(await slopes(7)).toEqual(await slopes(0));
  });
});

describe('a batch that memory has no room for', () => {
  const network: NetworkInput = {
    inputs: { x: 1 },
    layers: [
      { op: 'gru', hidden: 12 },
      { op: 'dense', name: 'y', units: 20_000 },
    ],
    outputs: ['y'],
  };

  it('is refused by its steps, and leaves the network as it was', async () => {
    const built = await build(network);
    const small = randomBatch(network, { x: 3 }, undefined);
    // Some of all: where 480,000 numbers differ, a test tells of it for minutes.
    const outputs = () => [...built.network.forward(small).y!.data].filter((_, i) => i % 4000 === 0);
    const before = outputs();
    expect(() => built.network.forward(randomBatch(network, { x: 20_000 }, undefined))).toThrow(
      expect.objectContaining({
        code: 'OUT_OF_MEMORY',
        message: expect.stringContaining('of 20000 steps in 8 lanes'),
        details: expect.objectContaining({ steps: [20_000], lanes: 8 }),
      }),
    );
    expect(outputs()).toEqual(before);
  });
});

describe('a batch whose samples lie in another order', () => {
  it('drops of each sample what it drops of it anywhere', async () => {
    const { network: input, steps } = cases.find(({ title }) => title.includes('over lanes'))!;
    const { network } = await build(input);
    const lengths = Array.from({ length: 8 }, (_, lane) => steps.x! - (lane >> 1));
    const batch = randomBatch(input, steps, lengths);
    const order = Int32Array.of(3, 0, 7, 1, 2, 6, 4, 5);
    const x = batch.inputs.x!;
    const turned = {
      ...batch,
      order,
      lengths: Int32Array.from(order, (k) => lengths[k]!),
      inputs: { x: { ...x, data: x.data.map((_, i) => x.data[i - (i % 8) + order[i % 8]!]!) } },
    };
    const lanePositions = [11, 13, 17, 19, 23, 29, 31, 37];
    const outputs = (of: Batch) => {
      const [y] = Object.values(network.forward(of, { dropout: Random.fromSeed(5), lanePositions }));
      return y!.data.slice();
    };
    const plain = outputs(batch);
    expect(outputs(turned)).toEqual(plain.map((_, i) => plain[i - (i % 8) + order[i % 8]!]!));
  });
});

describe('sources whose steps do not fit each other', () => {
  it.each([
    ['concat', { x: 3, z: 4 }, { op: 'concat', name: 'y', in: 'x', with: ['z'] }],
    [
      'a start of more than one step',
      { x: 2, z: 4 },
      { op: 'gru', name: 'y', in: 'z', hidden: 2, initial: 'x' },
    ],
    ['repeat of more than one step', { x: 2, z: 4 }, { op: 'repeat', name: 'y', in: 'x', like: 'z' }],
    ['causal attention', { x: 3, z: 4 }, { op: 'attention', name: 'y', in: 'x', keys: 'z', causal: true }],
  ] as const)('%s is refused, naming the layer', async (_, steps, layer) => {
    const network = { inputs: { x: 2, z: 2 }, layers: [layer], outputs: ['y'] } as unknown as NetworkInput;
    const built = await build(network);
    expect(() => built.network.forward(randomBatch(network, steps, undefined))).toThrow(
      expect.objectContaining({ code: 'MODEL_SHAPE', details: expect.objectContaining({ layer: 'y' }) }),
    );
  });
  it('names the token that an embedding lacks', async () => {
    const network: NetworkInput = {
      inputs: { x: 1 },
      layers: [{ op: 'embedding', name: 'y', tokens: 3, units: 2 }],
      outputs: ['y'],
    };
    const built = await build(network);
    const x = { data: Float32Array.from({ length: 16 }, (_, i) => (i === 10 ? 3 : 1)), T: 2, F: 1, lanes: 8 };
    expect(() => built.network.forward({ size: 8, lanes: 8, inputs: { x }, target: 0 })).toThrow(
      expect.objectContaining({
        code: 'DATA_INVALID',
        details: expect.objectContaining({ got: '3', step: 1, lane: 2 }),
      }),
    );
  });
});

describe('gradients of what leaves the layers', () => {
  it.each([
    { op: 'dense', name: 'y', units: 4, activation: 'tanh' },
    { op: 'conv1d', name: 'y', units: 4, kernel: 3, activation: 'sigmoid' },
    { op: 'head', name: 'y', kind: 'gaussian' },
  ] as const)('stay what they were when $op has passed them on', async (layer) => {
    const network: NetworkInput = { inputs: { x: 4 }, layers: [layer], outputs: ['y'] };
    const built = await build(network, { inputGradients: true });
    built.network.forward(randomBatch(network, { x: 3 }, undefined));
    built.network.outputGradients().y!.fill(1);
    built.network.backward();
    expect([...built.network.activationGradients().y!.data].every((slope) => slope === 1)).toBe(true);
    expect([...built.network.inputGradients().x!.data].some((slope) => slope !== 0)).toBe(true);
  });
});

describe('gradients of the inputs', () => {
  it('are there for numbers, and not for tokens or for what only lends its steps', async () => {
    const network: NetworkInput = {
      inputs: { x: 1, token: 1, like: 1, v: 3 },
      layers: [
        { op: 'embedding', name: 'a', in: 'token', tokens: 3, units: 2 },
        { op: 'repeat', name: 'b', in: 'v', like: 'like' },
        { op: 'concat', name: 'y', in: 'a', with: ['b', 'x'] },
      ],
      outputs: ['y'],
    };
    const built = await build(network, { inputGradients: true });
    const batch = randomBatch(network, { x: 4, token: 4, like: 4, v: 1 }, undefined);
    built.network.forward({
      ...batch,
      inputs: { ...batch.inputs, token: { data: new Float32Array(32).fill(1), T: 4, F: 1, lanes: 8 } },
    });
    built.network.outputGradients().y!.fill(1);
    built.network.backward();
    expect(Object.keys(built.network.inputGradients())).toEqual(['x', 'v']);
    expect(Object.keys(built.network.activationGradients())).toEqual(['x', 'v', 'a', 'b', 'y']);
    // Each of the four repeats brings 1.
    expect([...built.network.inputGradients().v!.data].every((slope) => slope === 4)).toBe(true);
  });
});
