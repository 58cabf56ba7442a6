/** What a network makes of batches that do not fit, or fit in another way, and which gradients it then shows. */
import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import type { Batch } from '../task.ts';
import { buildNetwork } from './fixtures/buildNetwork.ts';
import { type NetworkInput, networkCases } from './fixtures/networkCases.ts';
import { padded, randomBatch } from './fixtures/randomBatch.ts';

describe('a batch that does not fit', () => {
  it('is refused for lengths that no input has, naming input and lane', async () => {
    const { network } = await buildNetwork({
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
    const { network } = await buildNetwork(networkCases[0]!.network);
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

describe('a sequence that is shorter than a window', () => {
  it('is refused by layer and lane, whether the batch has lengths or not', async () => {
    const network: NetworkInput = {
      inputs: { x: 2 },
      layers: [
        { op: 'conv1d', name: 'windows', units: 2, kernel: 3, padding: 'valid' },
        { op: 'pool', name: 'y', kind: 'mean' },
      ],
      outputs: ['y'],
    };
    const built = await buildNetwork(network);
    const refused = (steps: number, lengths: number[] | undefined) => () =>
      built.network.forward(randomBatch(network, { x: steps }, lengths));
    const naming = (got: number, lane: number) =>
      expect.objectContaining({ code: 'DATA_INVALID', details: { layer: 'windows', got, lane } });
    expect(refused(4, [4, 3, 2, 4])).toThrow(naming(2, 2));
    expect(refused(2, [1, 2])).toThrow(naming(1, 0));
    expect(refused(2, undefined)).toThrow(naming(2, 0));
    for (const lengths of [[4, 3], undefined]) expect(refused(4, lengths)).not.toThrow();
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
      const built = await buildNetwork(network, { trainedFrom: 'y' });
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
    const built = await buildNetwork(network);
    const small = randomBatch(network, { x: 3 }, undefined);
    // Some of all: where 480,000 numbers differ, a test tells of it for minutes.
    const outputs = () => [...built.network.forward(small).y!.data].filter((_, i) => i % 4000 === 0);
    const before = outputs();
    expect(() => built.network.forward(randomBatch(network, { x: 20_000 }, [9, 20_000]))).toThrow(
      expect.objectContaining({
        code: 'OUT_OF_MEMORY',
        message: expect.stringContaining('of 20000 steps in 8 lanes'),
        details: expect.objectContaining({ steps: [20_000], lanes: 8, lane: 1 }),
      }),
    );
    expect(outputs()).toEqual(before);
  });
});

describe('a batch whose samples lie in another order', () => {
  it('drops of each sample what it drops of it anywhere', async () => {
    const { network: input, steps } = networkCases.find(({ title }) => title.includes('over lanes'))!;
    const { network } = await buildNetwork(input);
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
    const built = await buildNetwork(network);
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
    const built = await buildNetwork(network);
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
    const built = await buildNetwork(network, { inputGradients: true });
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
    const built = await buildNetwork(network, { inputGradients: true });
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
