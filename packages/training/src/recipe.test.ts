import { RivuletError } from '@rivulet/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recipeHash } from './checkpoint/recipeHash.ts';
import { meanRecipe } from './fixtures/recipes.ts';
import { checkSingleSteps } from './nn/checkSingleSteps.ts';
import { checkAllUsed, planNetwork } from './nn/networkPlan.ts';
import { rangeOver } from './quantise/activationRange.ts';
import { parseRecipe } from './recipe.ts';
import { loadTask } from './tasks/index.ts';

const good = {
  task: 'ink-ctc',
  seed: 1,
  network: {
    inputs: { x: 6 },
    layers: [
      { op: 'lstm', name: 'a', in: 'x', hidden: 4 },
      { op: 'dense', name: 'logits', units: 3 },
    ],
    outputs: ['logits'],
  },
  optimiser: { kind: 'adamw', lr: 1e-3 },
  batch: 8,
  epochs: 1,
};

const keyOf = (json: unknown): unknown => {
  try {
    planNetwork(parseRecipe(json).network);
  } catch (error) {
    if (error instanceof RivuletError && error.code === 'RECIPE_INVALID') return error.details.key;
    throw error;
  }
  return undefined;
};
const withLayers = (...layers: unknown[]) => ({ ...good, network: { ...good.network, layers } });

describe('a recipe', () => {
  it('is taken, with its defaults', () => {
    expect(keyOf(good)).toBeUndefined();
    expect(parseRecipe(good).optimiser).toMatchObject({ beta1: 0.9, clip: 1, schedule: 'cosine', ema: 0 });
  });
  it.each([
    ['foo', { ...good, foo: 1 }],
    ['seed', { ...good, seed: -1 }],
    ['batch', { ...good, batch: 1.5 }],
    ['optimiser.lrate', { ...good, optimiser: { ...good.optimiser, lrate: 1 } }],
    ['optimiser.kind', { ...good, optimiser: { ...good.optimiser, kind: 'rmsprop' } }],
    ['network.layers.0.hiden', withLayers({ op: 'lstm', hidden: 4, hiden: 4 })],
    ['network.layers.0.op', withLayers({ op: 'conv', units: 4 })],
    ['network.layers.1.in', withLayers({ op: 'lstm', hidden: 4 }, { op: 'dense', in: 'b', units: 1 })],
    [
      'network.layers.1',
      withLayers({ op: 'lstm', name: 'x1', hidden: 4 }, { op: 'lstm', name: 'x1', hidden: 4 }),
    ],
    ['network.outputs.0', withLayers({ op: 'lstm', name: 'a', hidden: 4 })],
    [
      'network.layers.1.initial',
      withLayers({ op: 'lstm', name: 'a', hidden: 4 }, { op: 'lstm', hidden: 5, initial: 'a.h' }),
    ],
    ['network.layers.0.in', withLayers({ op: 'embedding', name: 'logits', tokens: 9, units: 4 })],
    ['network.layers.1.in', withLayers({ op: 'dense', units: 4 }, { op: 'state', name: 'logits' })],
    ['network.layers.1.keys', withLayers({ op: 'dense', units: 4 }, { op: 'attention', keys: 'x' })],
    [
      'network.layers.1.heads',
      withLayers({ op: 'dense', units: 4 }, { op: 'attention', keys: 'dense0', heads: 3 }),
    ],
    ['network.layers.1.with.0', withLayers({ op: 'dense', units: 4 }, { op: 'add', with: ['x'] })],
    ['network.layers.1.with.1', withLayers({ op: 'dense', units: 4 }, { op: 'concat', with: ['x', 'y'] })],
    ['network.layers.1.like', withLayers({ op: 'dense', units: 4 }, { op: 'repeat', like: 'y' })],
    ['network.layers.1.in', withLayers({ op: 'dense', units: 5 }, { op: 'head', kind: 'gaussian' })],
    [
      'network.layers.1.levels',
      withLayers({ op: 'dense', units: 5 }, { op: 'head', kind: 'quantiles', levels: 3 }),
    ],
    ['network.layers.0.stride', withLayers({ op: 'conv1d', units: 5, kernel: 3, stride: 1e300 })],
    ['epochs', { ...good, epochs: 2 ** 53 }],
    ['network.layers.0.kind', withLayers({ op: 'pool', kind: 'median' })],
    ['network.layers.0.activation', withLayers({ op: 'dense', units: 5, activation: 'sine' })],
    [
      'network.layers.1.initial',
      withLayers({ op: 'dense', units: 5 }, { op: 'gru', hidden: 4, initial: 'dense0' }),
    ],
    ['bptt.k3', { ...good, bptt: { k1: 4, k3: 2 } }],
    ['optimiser.momentum', { ...good, optimiser: { ...good.optimiser, momentum: 0.9 } }],
    ['version', { ...good, version: '1.0' }],
    ['optimiser.plateau', { ...good, optimiser: { ...good.optimiser, plateau: { patience: 2 } } }],
    ['network.outputs.1', { ...good, network: { ...good.network, outputs: ['logits', 'logits'] } }],
    ['network.outputs.0', { ...good, network: { ...good.network, outputs: ['x'] } }],
    ['network', withLayers({ op: 'lstm', name: 'logits', hidden: 20_000 })],
    ['network', withLayers({ op: 'lstm', name: 'logits', hidden: 2 ** 40 })],
  ])('is refused with the key %s', (key, json) => expect(keyOf(json)).toBe(key));

  it('is refused to be trained where a start, or what is repeated, has many steps', () => {
    const gru = { op: 'gru', name: 'logits', hidden: 4, in: 'x' };
    const key = (layers: object[], vectors: readonly string[] = []) => {
      const inputs = { x: 6, v: 4 };
      const { network } = parseRecipe({ ...good, network: { ...good.network, inputs, layers } });
      try {
        checkSingleSteps(planNetwork(network), vectors);
      } catch (error) {
        return (error as RivuletError).details;
      }
      return undefined;
    };
    const dense = { op: 'dense', name: 'a', units: 4 };
    const initial = 'network.layers.1.initial';
    expect(key([dense, { ...gru, initial: 'a' }])).toEqual({ key: initial, got: 'a' });
    const joined = [
      { op: 'dense', units: 1 },
      { op: 'join', name: 'a', factor: 4 },
    ];
    expect(key([...joined, { ...gru, initial: 'a' }])).toMatchObject({ key: 'network.layers.2.initial' });
    expect(key([{ ...gru, initial: 'v' }])).toEqual({ key: 'network.layers.0.initial', got: 'v' });
    expect(key([{ ...gru, initial: 'v' }], ['v'])).toBeUndefined();
    expect(key([{ op: 'repeat', name: 'logits', in: 'v', like: 'x' }])).toMatchObject({ got: 'v' });
    expect(key([{ op: 'repeat', name: 'logits', in: 'v', like: 'x' }], ['v'])).toBeUndefined();
    for (const single of [
      { op: 'pool', name: 'b', in: 'a', kind: 'last' },
      { ...dense, name: 'b', in: 'v' },
    ]) {
      expect(key([dense, single, { ...gru, initial: 'b' }], ['v'])).toBeUndefined();
    }
  });

  it('is refused to be trained where no output depends on a layer or an input', () => {
    const network = (layers: object[], inputs = {}) =>
      parseRecipe({ ...good, network: { ...good.network, inputs: { x: 6, ...inputs }, layers } }).network;
    const dense = (name: string, rest = {}) => ({ op: 'dense', name, units: 3, ...rest });
    const state = [
      { op: 'gru', name: 'a', hidden: 4 },
      { op: 'gru', hidden: 4, in: 'x', initial: 'a.h' },
    ];
    for (const [key, layers, inputs] of [
      ['network.layers.1', [dense('logits'), dense('more')], {}],
      ['network.layers.0', [dense('one'), dense('logits', { in: 'x' })], {}],
      ['network.inputs.y', [dense('logits')], { y: 2 }],
      [undefined, [...state, dense('logits')], {}],
    ] as const) {
      const plan = planNetwork(network([...layers], inputs));
      if (key)
        expect(() => checkAllUsed(plan)).toThrow(
          expect.objectContaining({ details: expect.objectContaining({ key }) }),
        );
      else checkAllUsed(plan);
    }
  });

  it('has nothing idle either where ranges round what products read', () => {
    const { network } = meanRecipe();
    const ranges = new Map(planNetwork(network).nodes.map(({ name }) => [name, rangeOver(-1, 1, 8)]));
    expect(planNetwork(network, ranges).idle).toEqual([]);
  });

  it('is planned or refused with a key, whatever one of its values becomes', () => {
    const junk = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(
        0,
        -1,
        0.5,
        1e9,
        2 ** 53,
        Number.NaN,
        Infinity,
        'x',
        'a',
        'a.h',
        '__proto__',
        undefined,
      ),
    );
    const keys = ['in', 'name', 'initial', 'hidden', 'units', 'op', 'x', 'layers', '0', 'seed', '__proto__'];
    fc.assert(
      fc.property(
        fc.array(fc.nat(), { maxLength: 5 }),
        fc.constantFrom(...keys),
        junk,
        (turns, key, value) => {
          const recipe = structuredClone(good) as Record<string, unknown>;
          // Walks down by the turns, then puts the value in place of what is there, or beside it.
          let at = recipe;
          for (const turn of turns) {
            const below = Object.values(at).filter((child) => typeof child === 'object' && child !== null);
            if (below.length > 0) at = below[turn % below.length] as Record<string, unknown>;
          }
          const own = Object.keys(at);
          const place = key in at || own.length === 0 ? key : own[(turns[0] ?? 0) % own.length]!;
          Object.defineProperty(at, place, { value, enumerable: true, configurable: true, writable: true });
          // Throws on any other error.
          const wrong = keyOf(recipe);
          expect(wrong === undefined || typeof wrong === 'string').toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('names a task nobody has', async () => {
    await expect(loadTask('__proto__')).rejects.toMatchObject({
      code: 'RECIPE_INVALID',
      details: { key: 'task' },
    });
  });
  it('has a hash that formatting does not change and values do', () => {
    const recipe = meanRecipe();
    const turned = Object.fromEntries(Object.entries(recipe).reverse()) as typeof recipe;
    expect(recipeHash(turned)).toBe(recipeHash(recipe));
    expect(recipeHash({ ...recipe, tooShort: 'leaveOut' })).toBe(recipeHash(recipe));
    expect(recipeHash({ ...recipe, epochs: 7 })).not.toBe(recipeHash(recipe));
  });
});

describe('the flat vector', () => {
  it('holds matrices first and biases behind them, without overlap', () => {
    const { parameters, floats, decayFloats } = planNetwork(meanRecipe().network);
    let end = 0;
    for (const { name, offset, size } of parameters) {
      expect(offset).toBeGreaterThanOrEqual(end);
      expect(offset % 4).toBe(0);
      expect(name.endsWith('.B')).toBe(offset >= decayFloats);
      end = offset + size;
    }
    expect(floats).toBeGreaterThanOrEqual(end);
  });
});
