/**
 * The next token of a text, character by character or word by word: a language model. Its files are plain text (UTF-8),
 * of which training reads windows of `window` tokens, cut anew at each epoch. The alphabet is that of the train file,
 * or the one that the recipe gives.
 *
 * Figures: bits per token (`bitsPerCharacter` or `bitsPerWord`), perplexity, and how often the likeliest token is wrong.
 * Each window of validation is read from `context` tokens before its first that counts, so that none is guessed from
 * nothing but the first of the file.
 */
import { SEQUENCE_FEATURE_VERSION, splitText, type TokenUnit, type Vocabulary } from '@rivulet/core';
import * as v from 'valibot';
import { laneClasses, laneLengths, laneSteps } from '../data/laneSteps.ts';
import { lineError } from '../data/readJsonLines.ts';
import { readText } from '../data/readText.ts';
import { parseOptions } from '../parseOptions.ts';
import type { Random } from '../random.ts';
import type { Recipe } from '../recipe.ts';
import { count } from '../recipeValues.ts';
import type { Batch } from '../task.ts';
import { checkInput, checkInStep, checkOutput, checkPorts, checkTokens } from './sequence/checkNetwork.ts';
import type { Sample, Split } from './sequence/sequenceData.ts';
import { fileKeys, noSample, sequenceFiles, tokenKeys } from './sequence/sequenceFiles.ts';
import { sequenceTask } from './sequence/sequenceTask.ts';
import { StepClassesData, type StepClassesTarget } from './sequence/stepClassesData.ts';
import { featuresOf, tokenFeatures, vocabularyFrom } from './sequence/stepReader.ts';

const DataRecipe = v.strictObject({
  ...fileKeys,
  ...tokenKeys,
  /** Tokens of a window. */
  window: v.optional(count, 64),
  /** Tokens that validation reads before each window; absent: as many as half a window has. */
  context: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
});

interface Text {
  readonly tokens: Int32Array;
  readonly file: string;
}
interface WindowSample extends Sample {
  /** Place of its first token in the text. */
  readonly start: number;
  /** Tokens at its begin that are read, but not asked for. */
  readonly unasked: number;
}

class TextData extends StepClassesData<WindowSample> {
  readonly notes;
  readonly vocabulary: Vocabulary;
  readonly #input: string;
  /** Name of the bits per token. */
  readonly #figure: string;
  readonly #texts: Readonly<Record<Split, Text>>;

  constructor(
    ports: { readonly input: string; readonly output: string },
    vocabulary: Vocabulary,
    texts: Readonly<Record<Split, Text>>,
    { unit, window, context }: { unit: TokenUnit; window: number; context: number },
    files: readonly string[],
  ) {
    super(
      ports.output,
      { train: windows(texts.train, window, 0), val: windows(texts.val, window, context) },
      files,
    );
    this.#input = ports.input;
    this.#figure = bitsPer(unit);
    this.#texts = texts;
    this.vocabulary = vocabulary;
    this.notes = { 'different tokens': vocabulary.size, 'tokens of text': texts.train.tokens.length };
  }

  protected batchOf(samples: readonly WindowSample[], randoms: readonly Random[], split: Split): Batch {
    const { tokens } = this.#texts[split];
    const cuts = samples.map(({ start, length, unasked }, i) => {
      // Neighbours part somewhere else each time: no token stays the one that is guessed from nothing.
      const shift = split === 'train' ? randoms[i]!.int(length) : 0;
      const from = Math.min(start + shift, tokens.length - 1 - length);
      return { read: tokens.subarray(from, from + length + 1), unasked };
    });
    const x = laneSteps(
      cuts.map(({ read }) => Array.from(read.subarray(0, -1), (token) => [token])),
      1,
    );
    const asked = cuts.map(({ read, unasked }) =>
      Array.from(read.subarray(1), (token, t) => (t < unasked ? -1 : token)),
    );
    const target: StepClassesTarget = { classes: laneClasses(asked), lanes: x.lanes };
    const inputs = { [this.#input]: x };
    return { size: samples.length, lanes: x.lanes, inputs, lengths: laneLengths(asked), target };
  }

  figures({ nats, steps, wrongSteps }: Readonly<Record<string, number>>) {
    const perStep = nats! / steps!;
    const bits = perStep / Math.LN2;
    const perplexity = Math.exp(perStep);
    return { [this.#figure]: bits, perplexity, error: wrongSteps! / steps!, best: bits };
  }
}

function bitsPer(unit: TokenUnit): string {
  return unit === 'character' ? 'bitsPerCharacter' : 'bitsPerWord';
}

/** Windows of steps, the last one as long as the text is; a step is a token and the one that follows. */
function windows({ tokens, file }: Text, window: number, context: number): WindowSample[] {
  const found: WindowSample[] = [];
  for (let at = 0; at < tokens.length - 1; at += window) {
    const start = Math.max(0, at - context);
    const end = Math.min(at + window, tokens.length - 1);
    found.push({
      name: `tokens ${start} to ${end} of ${file}`,
      start,
      length: end - start,
      unasked: at - start,
    });
  }
  return found;
}

async function prepare(recipe: Recipe, dataFolder: string, split: 'val' | 'test'): Promise<TextData> {
  const options = parseOptions(DataRecipe, recipe.data, 'data');
  const features = featuresOf(recipe);
  const { unit } = features;
  const [input = ''] = checkPorts(recipe, ['text']);
  const [output = ''] = recipe.network.outputs;
  checkInput(recipe, input, 1, 'the number of a token');
  checkInStep(recipe, input);
  const files = sequenceFiles(options, dataFolder, split);
  const [trainText, valText] = [await readText(files[0]), await readText(files[1])];
  const tokens = splitText(trainText, unit);
  // A token is told from the one before it.
  if (tokens.length < 2) throw noSample(files[0]);
  const vocabulary = vocabularyFrom(features, options, [tokens]);
  checkTokens(recipe, input, vocabulary.size);
  checkOutput(recipe, vocabulary.size, 'one for each token of this text');
  const judged = split === 'test' ? options.test! : options.val;
  const texts = {
    train: { tokens: numbered(vocabulary, trainText, unit, options.train), file: options.train },
    val: { tokens: numbered(vocabulary, valText, unit, judged), file: judged },
  };
  const { window, context = Math.floor(window / 2) } = options;
  return new TextData({ input, output }, vocabulary, texts, { unit, window, context }, files);
}

/** @throws DATA_INVALID naming file, line and token of what the vocabulary lacks */
function numbered(vocabulary: Vocabulary, text: string, unit: TokenUnit, file: string): Int32Array {
  const lines = unit === 'character' ? text.split(/(?<=\n)/) : text.split('\n');
  const numbers = lines.flatMap((line, i) => {
    try {
      return vocabulary.numbers(splitText(line, unit));
    } catch (error) {
      throw lineError(`line ${i + 1} of ${file}`, (error as Error).message);
    }
  });
  return Int32Array.from(numbers);
}

export const textModel = sequenceTask<TextData>({
  prepare,
  manifest: ({ vocabulary }, recipe) => ({
    task: 'text-model',
    featureVersion: SEQUENCE_FEATURE_VERSION,
    features: tokenFeatures(featuresOf(recipe), vocabulary),
    inputs: [['T', 'B', 1]],
    output: ['T', 'B', vocabulary.size],
    head: { kind: 'classes', labels: vocabulary.tokens },
  }),
  card({ vocabulary }, recipe) {
    const { unit } = featuresOf(recipe);
    return (
      `Gives the probability of each next ${unit} of a text, of ${vocabulary.size}. ` +
      `\`${bitsPer(unit)}\` is the mean of -log2 of that of the true one, perplexity 2 to that power, \`error\` the share ` +
      'of steps at which another one was likeliest.'
    );
  },
});
