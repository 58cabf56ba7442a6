import { RivuletError } from '@rivulet/core';
import { describe, expect, it } from 'vitest';
import { recipeHash } from './checkpoint/recipeHash.ts';
import { meanRecipe } from './fixtures/recipes.ts';
import { planNetwork } from './nn/networkPlan.ts';
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
    ['optimiser.kind', { ...good, optimiser: { ...good.optimiser, kind: 'sgd' } }],
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
  ])('is refused with the key %s', (key, json) => expect(keyOf(json)).toBe(key));

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
