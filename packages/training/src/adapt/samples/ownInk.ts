/** A person's own ink, whatever the model reads in it: checked, and split into what is learned from and what judges. */
import { checkInk, type Ink, RivuletError } from '@rivulet/core';
import { Random } from '../../random.ts';
import type { AdaptSample, InkSample } from '../api.ts';

/** A page of scribble as one sample would need gigabytes of activations. */
export const MOST_STEPS = 2000;

/**
 * @param i place of the sample, for errors
 * @param unreadable what of a label the model has no class for; undefined where it reads all of it
 * @throws DATA_INVALID, INK_INVALID
 */
export function checkedInk(
  sample: AdaptSample,
  i: number,
  unreadable: (label: string) => string | undefined,
): InkSample {
  const { ink, label } = sample as Partial<InkSample>;
  if (!Array.isArray(ink) || typeof label !== 'string') {
    throw invalidSample(`Sample ${i} has no ink or no label`, { sample: i });
  }
  try {
    checkInk(ink);
  } catch (cause) {
    if (!(cause instanceof RivuletError)) throw cause;
    throw new RivuletError(cause.code, `Sample ${i}: ${cause.message}`, { ...cause.details, sample: i });
  }
  const unknown = unreadable(label);
  if (label === '' || unknown !== undefined) {
    const what = label === '' ? 'an empty label' : `${JSON.stringify(unknown)} in its label`;
    throw invalidSample(`Sample ${i} has ${what}, which this model cannot read`, {
      ...{ sample: i, label, unknown },
    });
  }
  return { ink, label };
}

export interface SplitOptions {
  /** Part that judges, in (0, 1). */
  readonly heldOut: number;
  readonly seed: number;
}

/** Of 2^32. */
const ALL_KEYS = 2 ** 32;

/**
 * Each sample's side follows from its own content: what judges keeps judging and what was learned from never comes to
 * judge, whatever other samples come and go. The part that judges is thus drawn, not counted; where the draw leaves less
 * than half of it, those next in line judge too.
 * @param samples as they were written, before anything is made of them
 * @returns places of the samples; neither part is empty
 * @throws DATA_INVALID for fewer than two
 */
export function splitInk(
  samples: readonly InkSample[],
  { heldOut, seed }: SplitOptions,
): { readonly learn: readonly number[]; readonly judge: readonly number[] } {
  const { length } = samples;
  if (length < 2) {
    throw invalidSample(`${length} samples cannot be split into some to learn from and some to judge by`, {
      samples: length,
    });
  }
  const keys = samples.map(({ label, ink }) =>
    Random.fromSeed(seed)
      .derive(JSON.stringify([label, coordinates(ink)]))
      .uint32(),
  );
  const order = samples.map((_, i) => i).sort((a, b) => keys[a]! - keys[b]!);
  const drawn = keys.filter((key) => key < heldOut * ALL_KEYS).length;
  const least = Math.ceil((heldOut * length) / 2);
  const judged = Math.min(length - 1, Math.max(1, least, drawn));
  return { learn: order.slice(judged), judge: order.slice(0, judged) };
}

const coordinates = (ink: Ink): number[][] => ink.flatMap(({ x, y }) => [Array.from(x), Array.from(y)]);

/** DATA_INVALID, with what is wrong of the sample. */
export function invalidSample(message: string, details: Record<string, unknown>): RivuletError {
  return new RivuletError('DATA_INVALID', message, details);
}
