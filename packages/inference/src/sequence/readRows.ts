/** What a model with one input, the sequence, says: the first half of classifying, of tagging and of estimating. */
import type { ModelTask } from '@rivulet/core';
import type { Model } from '../model.ts';
import type { CallOptions } from '../worker/api.ts';
import {
  checkTask,
  inputOf,
  rowsOf,
  type SequenceInput,
  type SequenceManifest,
  stepsOf,
} from './sequenceManifest.ts';

/**
 * @returns [F] for each step of the output
 * @throws ARGUMENT for a model of another task and for a sequence that it does not read; and as `model.run` does
 */
export async function readRows(
  model: Model,
  manifest: SequenceManifest,
  wanted: ModelTask,
  x: SequenceInput,
  options: CallOptions,
): Promise<readonly Float32Array[]> {
  checkTask(model, manifest, wanted);
  const outputs = await model.run({ [inputOf(model, 0)]: stepsOf(manifest, x) }, options);
  return rowsOf(outputs[model.outputs[0]!.name]!);
}
