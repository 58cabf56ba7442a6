/** Numbers for a sequence, or for each of its steps, by a model of `sequence-values`: many to one, or in step. */
import type { Model } from '../model.ts';
import type { CallOptions } from '../worker/api.ts';
import { readRows } from './readRows.ts';
import type { SequenceInput, SequenceManifest } from './sequenceManifest.ts';

/**
 * @param model of the folder that the manifest is of
 * @returns a row of numbers for each step of the output, one row where the model gives one answer; of a model with
 *   `features.loss` those of a distribution: means, scales and degrees of freedom (`gaussian`, `student`), or the
 *   quantiles of each number
 * @throws ARGUMENT for a model of another task and for a sequence that it does not read; and as `model.run` does
 */
export async function estimateSequence(
  model: Model,
  manifest: SequenceManifest,
  x: SequenceInput,
  options: CallOptions = {},
): Promise<number[][]> {
  const rows = await readRows(model, manifest, 'sequence-values', x, options);
  return rows.map((row) => Array.from(row));
}
