/** Which class a sequence is of, by a model of `sequence-class`: many to one. */
import type { Model } from '../model.ts';
import type { CallOptions } from '../worker/api.ts';
import { readRows } from './readRows.ts';
import { checkClasses, labelsOf, type SequenceInput, type SequenceManifest } from './sequenceManifest.ts';

export interface SequenceClass {
  readonly label: string;
  /** Of each class, in the order of `manifest.head.labels`. */
  readonly probabilities: readonly number[];
}

/**
 * @param model of the folder that the manifest is of
 * @throws ARGUMENT for a model of another task and for a sequence that it does not read; and as `model.run` does
 */
export async function classifySequence(
  model: Model,
  manifest: SequenceManifest,
  x: SequenceInput,
  options: CallOptions = {},
): Promise<SequenceClass> {
  const rows = await readRows(model, manifest, 'sequence-class', x, options);
  const labels = labelsOf(manifest);
  checkClasses(rows[0]!, labels);
  // A network that speaks at every step is read by the mean of its logits, as it was trained.
  const means = labels.map((_, c) => rows.reduce((sum, row) => sum + row[c]!, 0) / rows.length);
  const highest = Math.max(...means);
  const powers = means.map((mean) => Math.exp(mean - highest));
  const total = powers.reduce((a, b) => a + b, 0);
  return { label: labels[means.indexOf(highest)]!, probabilities: powers.map((power) => power / total) };
}
