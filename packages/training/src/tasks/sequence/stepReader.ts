/**
 * The steps of a sample as its line has them: tokens, where an embedding reads them, else numbers.
 *
 * - tokens: a text, cut by the recipe's `features.unit`, or a list of texts, one a token
 * - numbers: a list of numbers, or of lists of as many as the input has features
 */
import { RivuletError, SEQUENCE_FEATURE_VERSION, splitText, type TokenUnit, Vocabulary } from '@rivulet/core';
import * as v from 'valibot';
import type { Steps } from '../../data/laneSteps.ts';
import { finiteNumber, lineError } from '../../data/readJsonLines.ts';
import { parseOptions } from '../../parseOptions.ts';
import type { Recipe } from '../../recipe.ts';
import { checkInput, checkTokens, readsTokens } from './checkNetwork.ts';
import type { TokenOptions } from './sequenceFiles.ts';

const filled = <S extends v.GenericSchema>(item: S) => v.pipe(v.array(item), v.minLength(1, 'it is empty'));
export const textSchema = v.union([v.pipe(v.string(), v.nonEmpty('it is empty')), filled(v.string())]);
export const stepsSchema = v.union(
  [textSchema, filled(finiteNumber), filled(filled(finiteNumber))],
  'neither text, nor a list of texts, of finite numbers, or of lists of such',
);

export type TextSample = v.InferOutput<typeof textSchema>;
export type StepsSample = v.InferOutput<typeof stepsSchema>;

const unit = v.picklist(['character', 'word']);
const Features = v.strictObject({
  unit: v.optional(unit, 'character'),
  /** Of the answers, where they are text too; absent: as `unit`. */
  targetUnit: v.optional(unit),
  /** Token that stands for all that the train file has not, or too seldom; absent: they are refused. */
  unknown: v.optional(v.pipe(v.string(), v.nonEmpty())),
});

export interface SequenceFeatures {
  readonly unit: TokenUnit;
  readonly targetUnit: TokenUnit;
  readonly unknown?: string | undefined;
}

export function featuresOf(recipe: Recipe): SequenceFeatures {
  const { unit, targetUnit = unit, unknown } = parseOptions(Features, recipe.features, 'features');
  return { unit, targetUnit, unknown };
}

/**
 * The tokens that a network is to know: those that the recipe lists, or those of the texts.
 * @throws RECIPE_INVALID for a list without the unknown token, or with one twice, and a least count without one
 */
export function vocabularyFrom(
  { unknown }: SequenceFeatures,
  { tokens, minCount = 1 }: TokenOptions,
  texts: Iterable<readonly string[]>,
): Vocabulary {
  if (minCount > 1 && unknown === undefined) {
    const key = 'data.minCount';
    const message = `The recipe's ${key} is wrong: without features.unknown no token stands for the rare ones`;
    throw new RivuletError('RECIPE_INVALID', message, { key, got: minCount });
  }
  if (!tokens) return Vocabulary.of(texts, unknown, minCount);
  return namedTokens(tokens, 'data.tokens', unknown);
}

/** @throws RECIPE_INVALID for a list with a token twice, or without the one that stands for the unknown */
export function namedTokens(tokens: readonly string[], key: string, unknown?: string): Vocabulary {
  try {
    return new Vocabulary(tokens, unknown);
  } catch (error) {
    if (!(error instanceof RivuletError)) throw error;
    const message = `The recipe's ${key} is wrong: ${error.message}`;
    throw new RivuletError('RECIPE_INVALID', message, { key, ...error.details });
  }
}

/** What whoever uses the model must know of its tokens to make the same steps. */
export function tokenFeatures(
  { unit, unknown }: SequenceFeatures,
  { tokens }: Vocabulary,
): Record<string, unknown> {
  return { unit, tokens: [...tokens], ...(unknown === undefined ? {} : { unknown }) };
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
  readonly #options: SequenceFeatures;

  /**
   * @param input name of the network's input
   * @param tokens those that are known; absent: those of `samples`
   * @throws RECIPE_INVALID for an embedding or an input that does not fit
   */
  constructor(recipe: Recipe, input: string, tokens: TokenOptions, samples: readonly StepsSample[]) {
    this.#options = featuresOf(recipe);
    this.features = recipe.network.inputs[input]!;
    if (!readsTokens(recipe, input)) {
      const { tokens: listed, minCount } = tokens;
      if (listed === undefined && minCount === undefined) return;
      const key = listed === undefined ? 'data.minCount' : 'data.tokens';
      const message = `The recipe's ${key} is wrong: no embedding reads ${input}, so its steps are numbers`;
      throw new RivuletError('RECIPE_INVALID', message, { key, got: listed ?? minCount });
    }
    checkInput(recipe, input, 1, 'the number of a token');
    const texts = samples.filter(isText).map((sample) => tokensOf(sample, this.#options.unit));
    this.vocabulary = vocabularyFrom(this.#options, tokens, texts);
    checkTokens(recipe, input, this.vocabulary.size);
  }

  /** @throws DATA_INVALID naming the line and the step */
  read(sample: StepsSample, name: string): Steps {
    if (!this.vocabulary) return this.#numbers(sample, name);
    if (!isText(sample)) throw lineError(name, 'x: the network reads tokens, which are texts', { key: 'x' });
    const tokens = tokensOf(sample, this.#options.unit);
    if (tokens.length === 0) throw lineError(name, 'x: it has no token', { key: 'x' });
    return lineNumbers(this.vocabulary, tokens, name, 'x').map((number) => [number]);
  }

  /** What whoever uses the model must know to make the same steps. */
  manifest(): { featureVersion: string; features: Record<string, unknown> } {
    const features = this.vocabulary ? tokenFeatures(this.#options, this.vocabulary) : {};
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
