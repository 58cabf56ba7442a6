/** What a run begins with: weights drawn from its seed, or those of a model that it goes on from. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type OnnxModel, RivuletError, readOnnx } from '@rivulet/core';
import { initialise } from '../nn/initialise.ts';
import type { NetworkPlan } from '../nn/networkPlan.ts';
import { importWeights } from './importWeights.ts';

/** The model that a run began with. */
export interface InitRecord {
  readonly path: string;
  readonly sha256: string;
}

/**
 * @param weights [plan.floats] filled
 * @param init path of an ONNX file, float32 or int8, that a network of this plan was exported to
 * @throws MODEL_NOT_FOUND, ONNX_PARSE or MODEL_SHAPE naming the file, and the node or tensor that does not fit
 */
export function initialWeights(
  plan: NetworkPlan,
  weights: Float32Array,
  seed: number,
  init: string | undefined,
): InitRecord | undefined {
  if (init === undefined) {
    initialise(plan, weights, seed);
    return undefined;
  }
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(init);
  } catch (cause) {
    const message = `The model ${init} to begin with cannot be read: ${(cause as Error).message}`;
    throw new RivuletError('MODEL_NOT_FOUND', message, { path: init }, cause);
  }
  try {
    const model: OnnxModel = readOnnx(bytes);
    weights.set(importWeights(plan, model));
  } catch (cause) {
    if (!(cause instanceof RivuletError)) throw cause;
    throw new RivuletError(cause.code, `${init}: ${cause.message}`, { ...cause.details, path: init }, cause);
  }
  return { path: init, sha256: createHash('sha256').update(bytes).digest('hex') };
}
