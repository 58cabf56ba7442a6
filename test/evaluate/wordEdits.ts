/** Edits between a word's label and what a recogniser's network reads, greedy and without a dictionary. */
import { ctcGreedy, type InkFeatureOptions, inkFeatures, type Manifest } from '@rivulet/core';
import type { Model } from '@rivulet/inference/node';
import { editDistance, type LabelledInk } from '@rivulet/training';

/** @param manifest of the model, a recogniser */
export async function wordEdits(
  model: Model,
  { ink, label }: LabelledInk,
  manifest: Manifest,
): Promise<number> {
  const { head, name } = manifest;
  if (head.kind !== 'ctc') throw new Error(`${name} is no recogniser: ${head.kind}`);
  const { data, steps, features } = inkFeatures(ink, manifest.features as unknown as InkFeatureOptions);
  const { logits } = await model.run({ x: { data, shape: [steps, 1, features] } });
  const [S = 0, , C = 0] = logits!.shape;
  const text = ctcGreedy(logits!.data, S, C).labels.map((each) => head.alphabet[each] ?? '');
  return editDistance(text, [...label]);
}
