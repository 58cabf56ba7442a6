/** A person's own words: checked, split, and made into batches as the recogniser's training makes them. */
import { checkInk, type Ink, normalise, RivuletError } from '@rivulet/core';
import * as v from 'valibot';
import { InkAugmentRecipe } from '../../data/inkAugment.ts';
import { InkSet } from '../../data/inkSet.ts';
import { thinInk } from '../../data/inkThin.ts';
import { parseOptions } from '../../parseOptions.ts';
import { Random } from '../../random.ts';
import type { TaskData } from '../../task.ts';
import { InkCtcData, pathSteps } from '../../tasks/inkCtcData.ts';
import { fitsLabel, joinedSteps } from '../../tasks/inkSteps.ts';
import type { AdaptSample, InkSample } from '../api.ts';
import type { OpenSamples } from './ownSamples.ts';

const DataRecipe = v.object({ augment: v.optional(InkAugmentRecipe, {}) });
const Features = v.object({ step: v.pipe(v.number(), v.gtValue(0)), deslant: v.optional(v.boolean(), true) });

/** A page of scribble as one word would need gigabytes of activations. */
const MOST_STEPS = 2000;

export const inkSamples: OpenSamples = (samples, { manifest, recipe, heldOut, seed }): TaskData => {
  const { augment } = parseOptions(DataRecipe, recipe.data, 'data');
  const { step, deslant } = parseOptions(Features, manifest.features, 'features');
  const alphabet = manifest.head.kind === 'ctc' ? manifest.head.alphabet : [];
  const joined = joinedSteps(recipe.network);
  const words = samples.map((sample, i) => {
    const { label, ink } = checkedSample(sample, i, alphabet);
    const upright = normalise(ink, { deslant }).ink;
    const steps = pathSteps(upright, step);
    if (!fitsLabel(steps, label, joined) || steps > MOST_STEPS) {
      const why = steps > MOST_STEPS ? 'is far too long for one word' : 'is too short for its label';
      throw invalid(`The ink of sample ${i} ${why} (${steps} steps)`, { sample: i, label, steps });
    }
    return {
      label,
      ink: upright,
      key: Random.fromSeed(seed)
        .derive(JSON.stringify([label, coordinates(ink)]))
        .uint32(),
    };
  });
  if (words.length < 2) {
    throw invalid(`${words.length} words cannot be split into some to learn from and some to judge by`, {
      samples: words.length,
    });
  }
  // By content, not by place: a word that judged keeps judging when the person's words become more.
  const order = [...words].sort((a, b) => a.key - b.key);
  const judged = Math.min(words.length - 1, Math.max(1, Math.round(heldOut * words.length)));
  const set = (part: readonly (typeof words)[number][], thin: boolean): InkSet => {
    const made = new InkSet(1 << 12);
    for (const { label, ink } of part) {
      made.add({ label, contributor: '', writer: '', ink: thin ? thinInk(ink) : ink });
    }
    return made;
  };
  const train = set(order.slice(judged), true);
  const val = set(order.slice(0, judged), false);
  return new InkCtcData({ chars: 0, augment, step, alphabet }, train, new InkSet(0), val);
};

function checkedSample(sample: AdaptSample, i: number, alphabet: readonly string[]): InkSample {
  const { ink, label } = sample as Partial<InkSample>;
  if (!Array.isArray(ink) || typeof label !== 'string') {
    throw invalid(`Sample ${i} is no word: it has no ink or no label`, { sample: i });
  }
  try {
    checkInk(ink);
  } catch (cause) {
    if (!(cause instanceof RivuletError)) throw cause;
    throw new RivuletError(cause.code, `Sample ${i}: ${cause.message}`, { ...cause.details, sample: i });
  }
  const unknown = [...label].find((grapheme) => !alphabet.includes(grapheme));
  if (label === '' || unknown !== undefined) {
    const what = label === '' ? 'an empty label' : `${JSON.stringify(unknown)} in its label`;
    throw invalid(`Sample ${i} has ${what}, which this model cannot read`, { sample: i, label, unknown });
  }
  return { ink, label };
}

const coordinates = (ink: Ink): number[][] => ink.flatMap(({ x, y }) => [Array.from(x), Array.from(y)]);

function invalid(message: string, details: Record<string, unknown>): RivuletError {
  return new RivuletError('DATA_INVALID', message, details);
}
