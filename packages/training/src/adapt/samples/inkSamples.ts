/** A person's own words: checked, split, and made into batches as the recogniser's training makes them. */
import { normalise } from '@rivulet/core';
import * as v from 'valibot';
import { InkAugmentRecipe } from '../../data/inkAugment.ts';
import { InkSet } from '../../data/inkSet.ts';
import { thinInk } from '../../data/inkThin.ts';
import { planNetwork } from '../../nn/networkPlan.ts';
import { outputSteps } from '../../nn/outputSteps.ts';
import { parseOptions } from '../../parseOptions.ts';
import type { TaskData } from '../../task.ts';
import { InkCtcData, pathSteps } from '../../tasks/inkCtcData.ts';
import { stepsForLabel } from '../../tasks/inkSteps.ts';
import { checkedInk, invalidSample, MOST_STEPS, splitInk } from './ownInk.ts';
import type { OpenSamples } from './ownSamples.ts';

const DataRecipe = v.object({ augment: v.optional(InkAugmentRecipe, {}) });
const Features = v.object({ step: v.pipe(v.number(), v.gtValue(0)), deslant: v.optional(v.boolean(), true) });

export const inkSamples: OpenSamples = (samples, { manifest, recipe, heldOut, seed }): TaskData => {
  const { augment } = parseOptions(DataRecipe, recipe.data, 'data');
  const { step, deslant } = parseOptions(Features, manifest.features, 'features');
  const alphabet = manifest.head.kind === 'ctc' ? manifest.head.alphabet : [];
  const plan = planNetwork(recipe.network);
  const unreadable = (label: string) => [...label].find((grapheme) => !alphabet.includes(grapheme));
  const words = samples.map((sample, i) => checkedInk(sample, i, unreadable));
  const upright = words.map(({ ink, label }, i) => {
    const straight = normalise(ink, { deslant }).ink;
    const steps = pathSteps(straight, step);
    // What is learned from is thinned, and normalised once more.
    const seen = normalise(thinInk(straight), { deslant: false }).ink;
    const [got, expected] = [outputSteps(plan, pathSteps(seen, step)), stepsForLabel(label)];
    if (got < expected || steps > MOST_STEPS) {
      const why = steps > MOST_STEPS ? 'is far too long for one word' : 'is too short for its label';
      throw invalidSample(`The ink of sample ${i} ${why} (${steps} steps)`, { sample: i, label, steps });
    }
    return straight;
  });
  const { learn, judge } = splitInk(words, { heldOut, seed });
  const set = (part: readonly number[], thin: boolean): InkSet => {
    const made = new InkSet(1 << 12);
    for (const i of part) {
      const ink = upright[i]!;
      made.add({ label: words[i]!.label, contributor: '', writer: '', ink: thin ? thinInk(ink) : ink });
    }
    return made;
  };
  const own = { chars: 0, augment, step, alphabet, outputSteps: (all: number) => outputSteps(plan, all) };
  return new InkCtcData(own, set(learn, true), new InkSet(0), set(judge, false));
};
