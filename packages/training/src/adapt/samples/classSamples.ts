/** A person's own signs, each of one class: checked, split, and made into batches as the classifier's training does. */
import { normalise } from '@rivulet/core';
import * as v from 'valibot';
import { InkAugmentRecipe } from '../../data/inkAugment.ts';
import { fewestSteps } from '../../nn/fewestSteps.ts';
import { planNetwork } from '../../nn/networkPlan.ts';
import { parseOptions } from '../../parseOptions.ts';
import { decay } from '../../recipeValues.ts';
import type { TaskData } from '../../task.ts';
import { InkClassData } from '../../tasks/inkClassData.ts';
import { pathSteps } from '../../tasks/inkCtcData.ts';
import { checkedInk, invalidSample, MOST_STEPS, splitInk } from './ownInk.ts';
import type { OpenSamples } from './ownSamples.ts';

const DataRecipe = v.object({ smoothing: v.optional(decay, 0), augment: v.optional(InkAugmentRecipe, {}) });
const Features = v.object({ step: v.pipe(v.number(), v.gtValue(0)), deslant: v.optional(v.boolean(), true) });

export const classSamples: OpenSamples = (samples, { manifest, recipe, heldOut, seed }): TaskData => {
  const data = parseOptions(DataRecipe, recipe.data, 'data');
  const features = parseOptions(Features, manifest.features, 'features');
  const labels = manifest.head.kind === 'classes' ? manifest.head.labels : [];
  const unreadable = (label: string) => (labels.includes(label) ? undefined : label);
  const { steps: fewest } = fewestSteps(planNetwork(recipe.network), []);
  const signs = samples.map((sample, i) => {
    const { ink, label } = checkedInk(sample, i, unreadable);
    const steps = pathSteps(normalise(ink, features).ink, features.step);
    if (steps < fewest || steps > MOST_STEPS) {
      const why =
        steps < fewest
          ? `is too short for this model, which needs ${fewest}`
          : 'is far too long for one sign';
      throw invalidSample(`The ink of sample ${i} ${why} (${steps} steps)`, {
        ...{ sample: i, label, steps },
      });
    }
    return { ink, label, contributor: '', writer: '' };
  });
  const { learn, judge } = splitInk(signs, { heldOut, seed });
  const part = (places: readonly number[]) => places.map((i) => signs[i]!);
  return new InkClassData(
    { ...data, ...features, fewestSteps: fewest, files: [] },
    labels,
    part(learn),
    part(judge),
  );
};
