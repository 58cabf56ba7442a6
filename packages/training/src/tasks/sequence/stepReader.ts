/**
 * The steps of a sample as its line has them: tokens, where an embedding reads them, else numbers.
 *
 * - tokens: a text, cut by the recipe's `features.unit`, or a list of texts, one a token
 * - numbers: a list of numbers, or of lists of as many as the input has features
 */
import { RivuletError, SEQUENCE_FEATURE_VERSION, splitText, type TokenUnit, Vocabulary } from '@rivulet/core';
import * as v from 'valibot';
import type { Steps } from '../../data/laneSteps.ts';
import { lineError } from '../../data/readJsonLines.ts';
import { parseOptions } from '../../parseOptions.ts';
import type { Recipe } from '../../recipe.ts';
import { checkInput, checkTokens, readsTokens } from './checkNetwork.ts';

const filled = <S extends v.GenericSchema>(item: S) => v.pipe(v.array(item), v.minLength(1, 'it is empty'));
export const textSchema = v.union([v.pipe(v.string(), v.nonEmpty('it is empty')), filled(v.string())]);
export const stepsSchema = v.union(
  [textSchema, filled(v.number()), filled(filled(v.number()))],
  'neither text, nor a list of texts, of numbers, or of lists of numbers',
);

export type TextSample = v.InferOutput<typeof textSchema>;
export type StepsSample = v.InferOutput<typeof stepsSchema>;

const unit = v.picklist(['character', 'word']);
const Features = v.strictObject({
  unit: v.optional(unit, 'character'),
  /** Of the answers, where they are text too; absent: as `unit`. */
  targetUnit: v.optional(unit),
});

export function featuresOf(recipe: Recipe): { unit: TokenUnit; targetUnit: TokenUnit } {
  const { unit, targetUnit = unit } = parseOptions(Features, recipe.features, 'features');
  return { unit, targetUnit };
}

/** A text as tokens. */
export function tokensOf(sample: TextSample, by: TokenUnit): readonly string[] {
  return typeof sample === 'string' ? splitText(sample, by) : sample;
}

export class StepReader {
  /** Absent: the steps are numbers. */
  readonly vocabulary: Vocabulary | undefined;
  /** Features of a step. */
  readonly features: number;
  readonly #unit: TokenUnit;

  /**
   * @param input name of the network's input
   * @param tokens those that are known; absent: those of `samples`
   * @throws RECIPE_INVALID for an embedding or an input that does not fit
   */
  constructor(
    recipe: Recipe,
    input: string,
    tokens: readonly string[] | undefined,
    samples: readonly StepsSample[],
  ) {
    this.#unit = featuresOf(recipe).unit;
    this.features = recipe.network.inputs[input]!;
    if (!readsTokens(recipe, input)) return;
    checkInput(recipe, input, 1, 'the number of a token');
    const texts = samples.filter(isText).map((sample) => tokensOf(sample, this.#unit));
    this.vocabulary = tokens ? new Vocabulary(tokens) : Vocabulary.of(texts);
    checkTokens(recipe, input, this.vocabulary.size);
  }

  /** @throws DATA_INVALID naming the line and the step */
  read(sample: StepsSample, name: string): Steps {
    if (!this.vocabulary) return this.#numbers(sample, name);
    if (!isText(sample)) throw lineError(name, 'x: the network reads tokens, which are texts', { key: 'x' });
    const tokens = tokensOf(sample, this.#unit);
    if (tokens.length === 0) throw lineError(name, 'x: it has no token', { key: 'x' });
    return lineNumbers(this.vocabulary, tokens, name, 'x').map((number) => [number]);
  }

  /** What whoever uses the model must know to make the same steps. */
  manifest(): { featureVersion: string; features: Record<string, unknown> } {
    const features = this.vocabulary ? { unit: this.#unit, tokens: [...this.vocabulary.tokens] } : {};
    return { featureVersion: SEQUENCE_FEATURE_VERSION, features };
  }

  #numbers(sample: StepsSample, name: string): Steps {
    if (isText(sample)) {
      throw lineError(name, 'x: text, which only a network that begins with an embedding reads', {
        key: 'x',
      });
    }
    return sample.map((step, t) => {
      const row = typeof step === 'number' ? [step] : step;
      if (row.length === this.features) return row;
      const message = `x.${t}: ${row.length} numbers, where the network's input has ${this.features}`;
      throw lineError(name, message, { key: `x.${t}`, expected: this.features, got: row.length });
    });
  }
}

/** @throws DATA_INVALID naming the line, its key and the token that is unknown */
export function lineNumbers(
  vocabulary: Vocabulary,
  tokens: readonly string[],
  name: string,
  key: string,
): number[] {
  try {
    return vocabulary.numbers(tokens);
  } catch (error) {
    if (!(error instanceof RivuletError)) throw error;
    throw lineError(name, `${key}: ${error.message}`, { key, ...error.details });
  }
}

function isText(sample: StepsSample): sample is TextSample {
  return typeof sample === 'string' || typeof sample[0] === 'string';
}
