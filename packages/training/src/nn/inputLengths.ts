/** The valid steps of each input of a batch, checked: a kernel that walks beyond an input reads another layer's memory. */
import { RivuletError } from '@rivulet/core';
import type { Batch } from '../task.ts';
import type { NetworkPlan } from './networkPlan.ts';

/**
 * @param steps of each input
 * @returns [lanes] of each input, undefined where every lane is full
 * @throws MODEL_SHAPE naming the input and the lane
 */
export function inputLengths(
  { nodes, inputs }: NetworkPlan,
  { lanes, lengths, inputLengths: others = {} }: Batch,
  steps: readonly number[],
): (Int32Array | undefined)[] {
  const names = inputs.map((i) => nodes[i]!.name);
  for (const name of Object.keys(others)) {
    if (names.indexOf(name) < 1) {
      throw new RivuletError(
        'MODEL_SHAPE',
        `The batch has lengths of ${name}, which is none of the inputs but the first`,
        {
          expected: names.slice(1),
          got: name,
        },
      );
    }
  }
  return names.map((name, input) => {
    const own = input === 0 ? lengths : others[name];
    if (!own) return undefined;
    const bad = own.findIndex((length) => !(length >= 0 && length <= steps[input]!));
    if (own.length !== lanes || bad >= 0) {
      throw new RivuletError(
        'MODEL_SHAPE',
        `The lengths of input ${name} do not fit its ${steps[input]} steps and ${lanes} lanes`,
        {
          ...{ input: name, steps: steps[input], lanes, lengths: own.length },
          ...(bad >= 0 ? { lane: bad, got: own[bad] } : {}),
        },
      );
    }
    return own;
  });
}
