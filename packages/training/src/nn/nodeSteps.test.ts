import { expect, it } from 'vitest';
import { planNetwork } from './networkPlan.ts';
import { nodeSteps } from './nodeSteps.ts';

const plan = planNetwork({
  inputs: { x: 2, beside: 3 },
  layers: [
    { op: 'conv1d', name: 'windows', in: 'x', units: 4, kernel: 3, stride: 2, padding: 'valid' },
    { op: 'join', name: 'pairs', factor: 2 },
    { op: 'repeat', name: 'again', in: 'beside', like: 'pairs' },
    { op: 'concat', name: 'both', in: 'pairs', with: ['again'] },
    { op: 'pool', name: 'one', kind: 'mean' },
  ],
  outputs: ['one'],
});

it.each([
  [12, [12, 1, 5, 3, 3, 3, 1]],
  [3, [3, 1, 1, 1, 1, 1, 1]],
  [2, [2, 1, 0, 0, 0, 0, 1]],
])('follows %i steps from layer to layer', (steps, wanted) => {
  expect(plan.nodes.map(({ name }) => name)).toEqual([
    'x',
    'beside',
    'windows',
    'pairs',
    'again',
    'both',
    'one',
  ]);
  expect(nodeSteps(plan, [steps, 1])).toEqual(wanted);
});
