/** A tag for each step of a sequence, by a model of `sequence-tags`: many to many, in step. */
import { sampleClass } from '@rivulet/core';
import type { Model } from '../model.ts';
import type { CallOptions } from '../worker/api.ts';
import { readRows } from './readRows.ts';
import { checkClasses, labelsOf, type SequenceInput, type SequenceManifest } from './sequenceManifest.ts';

/**
 * @param model of the folder that the manifest is of
 * @returns the likeliest tag of each step
 * @throws ARGUMENT for a model of another task and for a sequence that it does not read; and as `model.run` does
 */
export async function tagSequence(
  model: Model,
  manifest: SequenceManifest,
  x: SequenceInput,
  options: CallOptions = {},
): Promise<string[]> {
  const rows = await readRows(model, manifest, 'sequence-tags', x, options);
  const labels = labelsOf(manifest);
  checkClasses(rows[0]!, labels);
  return rows.map((row) => labels[sampleClass(row, 0, 0)]!);
}
