/** What a model with one input, the sequence, and classes as output says: the first half of classifying and of tagging. */
import type { ModelTask } from '@rivulet/core';
import type { Model } from '../model.ts';
import type { CallOptions } from '../worker/api.ts';
import {
  checkTask,
  labelsOf,
  rowsOf,
  type SequenceInput,
  type SequenceManifest,
  stepsOf,
} from './sequenceManifest.ts';

/**
 * @returns `labels`: what the C classes stand for; `rows`: logits, [C] for each step of the output
 * @throws ARGUMENT for a model of another task and for a sequence that it does not read; and as `model.run` does
 */
export async function readSequence(
  model: Model,
  manifest: SequenceManifest,
  wanted: ModelTask,
  x: SequenceInput,
  options: CallOptions,
): Promise<{ labels: readonly string[]; rows: readonly Float32Array[] }> {
  checkTask(manifest, wanted);
  const labels = labelsOf(manifest);
  const outputs = await model.run({ [model.inputs[0]!.name]: stepsOf(manifest, x) }, options);
  return { labels, rows: rowsOf(outputs[model.outputs[0]!.name]!) };
}
