/** Whether a recipe's network fits the data of its task, and if not which key to change, and to what. */
import { RivuletError } from '@rivulet/core';
import { type NetworkPlan, planNetwork } from '../../nn/networkPlan.ts';
import { longestInputs, MANY_STEPS, nodeSteps } from '../../nn/nodeSteps.ts';
import type { Recipe } from '../../recipe.ts';

/**
 * Names of the network's inputs, in the order of the recipe.
 * @param what the inputs are, one word each
 * @throws RECIPE_INVALID for more or fewer, and for more than one output
 */
export function checkPorts({ network }: Recipe, what: readonly string[]): string[] {
  const names = Object.keys(network.inputs);
  if (names.length !== what.length) {
    const message = `it must have ${what.length} (${what.join(', ')}), it has ${names.length}`;
    throw wrong('network.inputs', message, what, names);
  }
  if (network.outputs.length !== 1) {
    throw wrong('network.outputs', 'it must name one layer', 1, network.outputs);
  }
  return names;
}

/** @throws RECIPE_INVALID for an input of another width */
export function checkInput({ network }: Recipe, name: string, features: number, why: string): void {
  const got = network.inputs[name];
  if (got !== features)
    throw wrong(`network.inputs.${name}`, `it must be ${features}, ${why}`, features, got);
}

/** Whether an input is of tokens, that is, an embedding reads it. */
export function readsTokens({ network }: Recipe, name: string): boolean {
  return embeddings(network, name).length > 0;
}

/** @throws RECIPE_INVALID for an embedding of that input that knows another number of tokens */
export function checkTokens({ network }: Recipe, name: string, tokens: number): void {
  for (const { layer, i } of embeddings(network, name)) {
    if (layer.op !== 'embedding' || layer.tokens === tokens) continue;
    const key = `network.layers.${i}.tokens`;
    throw wrong(key, `this data has ${tokens} different tokens, not ${layer.tokens}`, tokens, layer.tokens);
  }
}

/** Features of a step of the network's one output. */
export function outputWidth({ nodes, outputs: [output] }: NetworkPlan): number {
  return nodes[output!]!.features;
}

/** @throws RECIPE_INVALID for an output of another width */
export function checkOutput({ network }: Recipe, features: number, why: string): void {
  const plan = planNetwork(network);
  const node = plan.outputs[0]!;
  const got = plan.nodes[node]!.features;
  if (got === features) return;
  const key = `network.layers.${node - plan.inputs.length}`;
  throw wrong(key, `the output must be ${features} wide, ${why}, not ${got}`, features, got);
}

/**
 * Of a task with an answer for each step of an input.
 * @throws RECIPE_INVALID where the output has other steps than that input: behind a pool, a stride, a join, a window
 */
export function checkInStep({ network }: Recipe, input: string): void {
  const plan = planNetwork(network);
  const steps = nodeSteps(
    plan,
    longestInputs(plan, (name) => name !== input),
  );
  if (steps[plan.outputs[0]!] === MANY_STEPS) return;
  const [got] = network.outputs;
  const message = `${got} must have a step for each of ${input}, and has another number of them`;
  throw wrong('network.outputs', message, input, got);
}

function embeddings({ layers, inputs }: Recipe['network'], name: string) {
  const first = Object.keys(inputs)[0];
  return layers
    .map((layer, i) => ({ layer, i }))
    .filter(
      ({ layer, i }) => layer.op === 'embedding' && (layer.in ?? (i === 0 ? first : undefined)) === name,
    );
}

function wrong(key: string, message: string, expected: unknown, got: unknown): RivuletError {
  return new RivuletError('RECIPE_INVALID', `The recipe's ${key} is wrong: ${message}`, {
    key,
    expected,
    got,
  });
}
