import type { RivuletError } from '@rivulet/core';
import { expect, it } from 'vitest';
import type { RecipeInput } from '../recipe.ts';
import { parseRecipe } from '../recipe.ts';
import { fewestSteps } from './fewestSteps.ts';
import { planNetwork } from './networkPlan.ts';

const windows = { op: 'conv1d', name: 'windows', units: 2, kernel: 5, padding: 'valid' } as const;
const pool = { op: 'pool', name: 'y', kind: 'mean' } as const;

function fewest(layers: RecipeInput['network']['layers'], vectors: readonly string[] = []) {
  const network = { inputs: { x: 2, v: 3 }, layers, outputs: ['y'] };
  const optimiser = { kind: 'adam', lr: 0.1 };
  const recipe = parseRecipe({ task: 'none', seed: 1, network, optimiser, batch: 1, epochs: 1 });
  return fewestSteps(planNetwork(recipe.network), vectors);
}

it.each<[what: string, steps: number, layer: string | undefined, RecipeInput['network']['layers']]>([
  ['a window', 5, 'windows', [{ ...windows, in: 'x' }, pool]],
  ['a window that zeros fill', 1, undefined, [{ ...windows, in: 'x', padding: 'same' }, pool]],
  ['a window over joined steps', 9, 'windows', [{ op: 'join', in: 'x', factor: 2 }, windows, pool]],
  [
    'a window behind one that strides',
    15,
    'windows',
    [{ op: 'conv1d', units: 1, kernel: 3, stride: 3, padding: 'valid', in: 'x' }, windows, pool],
  ],
  [
    'the longer of two',
    7,
    'y',
    [
      { ...windows, in: 'x' },
      { ...windows, name: 'y', kernel: 3 },
    ],
  ],
  ['a window over what stands beside', 1, undefined, [{ ...windows, in: 'v' }, pool]],
])('%s takes at least %i steps', (_, steps, layer, layers) => {
  expect(fewest(layers)).toEqual({ steps, layer });
});

it('refuses a window over what has one step, however long the sequence', () => {
  const refusal = (...args: Parameters<typeof fewest>): RivuletError | undefined => {
    try {
      fewest(...args);
    } catch (error) {
      return error as RivuletError;
    }
    return undefined;
  };
  const late = refusal([{ op: 'pool', in: 'x', kind: 'max' }, windows, pool]);
  expect(late).toMatchObject({
    code: 'RECIPE_INVALID',
    details: { key: 'network.layers.1', got: 'windows' },
  });
  const vector = refusal([{ ...windows, in: 'v' }, pool], ['v']);
  expect(vector).toMatchObject({ code: 'RECIPE_INVALID', details: { key: 'network.layers.0' } });
});
