/**
 * The words or characters of a data folder that a CTC network can learn from, upright and of unit height, and what
 * becomes of the others: refused by name, or left out and listed, as the recipe says.
 */
import { normalise, RivuletError } from '@rivulet/core';
import { InkSet, type LabelledInk } from '../data/inkSet.ts';
import { thinInk } from '../data/inkThin.ts';
import { unipenSamples } from '../data/unipenSamples.ts';
import { pathSteps } from './inkCtcData.ts';
import { stepsForLabel } from './inkSteps.ts';

export interface SetOptions {
  /** Contributors that are left out. */
  readonly exclude: readonly string[];
  readonly deslant: boolean;
  /** Distance of two steps along the pen's path, in heights. */
  readonly step: number;
  /** Training samples of more steps are left out. */
  readonly maxSteps: number;
  /** Steps of the network's output for those of its input. */
  readonly outputSteps: (steps: number) => number;
  /** Absent: a sample with fewer output steps than its label needs is refused. */
  readonly tooShort: 'leaveOut' | undefined;
  /** Absent: labels may have any character. */
  readonly alphabet: ReadonlySet<string> | undefined;
}

export interface InkCtcSet {
  readonly set: InkSet;
  /** Samples with fewer steps than their labels need, by name: not trained on; those of validation are only scored. */
  readonly tooShort: readonly string[];
  /** How many samples the recipe's keys left out. */
  readonly leftOut: Readonly<Record<'exclude' | 'maxSteps', number>>;
}

/** @throws DATA_INVALID naming a sample that is too short for its label, or a character that the alphabet lacks */
export async function readInkCtcSet(
  dataFolder: string,
  category: 'words' | 'chars',
  split: 'train' | 'val',
  options: SetOptions,
): Promise<InkCtcSet> {
  const { exclude, deslant, step, maxSteps, alphabet } = options;
  const set = new InkSet();
  const tooShort: string[] = [];
  const leftOut = { exclude: 0, maxSteps: 0 };
  for await (const sample of unipenSamples(dataFolder, category, split)) {
    if (exclude.includes(sample.contributor)) {
      leftOut.exclude++;
      continue;
    }
    const upright = normalise(sample.ink, { deslant }).ink;
    const ink = split === 'train' ? thinInk(upright) : upright;
    const steps = pathSteps(ink, step);
    if (split === 'train' && steps > maxSteps) {
      leftOut.maxSteps++;
      continue;
    }
    if (alphabet) checkLetters(sample, alphabet);
    const short = shortage({ ...sample, ink }, options);
    if (short) tooShort.push(short);
    if (!short || split === 'val') set.add({ ...sample, ink });
  }
  return { set, tooShort, leftOut };
}

function nameOf({ label, contributor, writer }: LabelledInk): string {
  return `${JSON.stringify(label)} by ${contributor} ${writer}`;
}

function checkLetters(sample: LabelledInk, alphabet: ReadonlySet<string>): void {
  const letter = [...sample.label].find((grapheme) => !alphabet.has(grapheme));
  if (letter === undefined) return;
  throw new RivuletError(
    'DATA_INVALID',
    `The sample ${nameOf(sample)} has ${JSON.stringify(letter)}, which the recipe's data.alphabet lacks`,
    { label: sample.label, contributor: sample.contributor, writer: sample.writer, letter },
  );
}

/** What the sample lacks, as it stands in the log; undefined where its steps suffice. */
function shortage(sample: LabelledInk, options: SetOptions): string | undefined {
  // Features are made of ink that is normalised once more: thinning may have changed its height.
  const got = options.outputSteps(pathSteps(normalise(sample.ink, { deslant: false }).ink, options.step));
  const expected = stepsForLabel(sample.label);
  if (got >= expected) return undefined;
  if (options.tooShort) return `${nameOf(sample)} (${got} of ${expected} steps)`;
  const { label, contributor, writer } = sample;
  throw new RivuletError(
    'DATA_INVALID',
    `The sample ${nameOf(sample)} has ${got} of the ${expected} steps that CTC needs at the output for its label; ` +
      'with "tooShort": "leaveOut" in the recipe such samples are left out, and listed in the log',
    { label, contributor, writer, expected, got },
  );
}
