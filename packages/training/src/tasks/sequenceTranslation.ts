/**
 * A sequence of tokens for another: many-to-many with encoder and decoder. A line of its files is
 * `{"x": <steps>, "y": <tokens>}`. The network's first input is the source, its second what was said so far: at each step
 * the token before, which is class 0, the empty text, at the first. The answer ends with class 0 too. Training gives the
 * true tokens before (teacher forcing); greedy decoding gives back the network's own.
 *
 * `sequenceError` is that of greedy decoding and needs no decoding: its answer is the true one exactly if the network,
 * given the true tokens, finds each next one likeliest.
 */
import { Vocabulary } from '@rivulet/core';
import * as v from 'valibot';
import { laneClasses, laneLengths, laneSteps, type Steps } from '../data/laneSteps.ts';
import { lineError } from '../data/readJsonLines.ts';
import type { Batch } from '../task.ts';
import { checkInput, checkInStep, checkOutput, checkTokens } from './sequence/checkNetwork.ts';
import {
  namedKeys,
  type PreparedSequences,
  preparedSequences,
  samplesOf,
} from './sequence/preparedSequences.ts';
import type { Sample, Split } from './sequence/sequenceData.ts';
import { sequenceTask } from './sequence/sequenceTask.ts';
import { StepClassesData, type StepClassesTarget } from './sequence/stepClassesData.ts';
import {
  featuresOf,
  lineNumbers,
  type StepReader,
  stepsSchema,
  textSchema,
  tokensOf,
} from './sequence/stepReader.ts';

/** Begins an answer and ends it. */
const END = '';

const DataRecipe = v.strictObject({
  ...namedKeys,
  /** Tokens of the answers, in the order of the network's outputs from 1 on; absent: those of the train file, sorted. */
  labels: v.optional(v.array(v.pipe(v.string(), v.nonEmpty('the empty text is class 0 already')))),
});
const Line = v.strictObject({ x: stepsSchema, y: textSchema });

interface PairSample extends Sample {
  readonly source: Steps;
  /** Without begin and end. */
  readonly answer: readonly number[];
}
type Prepared = PreparedSequences<v.InferOutput<typeof Line>>;

class TranslationData extends StepClassesData<PairSample> {
  readonly notes;
  readonly reader: StepReader;
  readonly labels: Vocabulary;
  readonly #source: string;
  readonly #said: string;

  constructor(
    { inputs: [source = '', said = ''], output, reader, labels, files }: Prepared,
    samples: Readonly<Record<Split, readonly PairSample[]>>,
  ) {
    super(output, samples, files);
    this.#source = source;
    this.#said = said;
    this.reader = reader;
    this.labels = labels;
    this.notes = { 'tokens of the answers': labels.size - 1 };
  }

  protected batchOf(samples: readonly PairSample[]): Batch {
    const source = samples.map((sample) => sample.source);
    const said = samples.map(({ answer }) => [0, ...answer].map((token) => [token]));
    const x = laneSteps(source, this.reader.features);
    const inputs = { [this.#source]: x, [this.#said]: laneSteps(said, 1) };
    const classes = laneClasses(samples.map(({ answer }) => [...answer, 0]));
    const target: StepClassesTarget = { classes, lanes: x.lanes };
    const lengths = laneLengths(source);
    const inputLengths = { [this.#said]: laneLengths(said) };
    return { size: samples.length, lanes: x.lanes, inputs, lengths, inputLengths, target };
  }

  figures({ wrongSteps, steps, wrongSamples, samples }: Readonly<Record<string, number>>) {
    const sequenceError = wrongSamples! / samples!;
    return { sequenceError, tokenError: wrongSteps! / steps!, best: sequenceError };
  }
}

export const sequenceTranslation = sequenceTask<TranslationData>({
  async prepare(recipe, dataFolder, split) {
    const prepared = await preparedSequences(recipe, dataFolder, split, {
      data: DataRecipe,
      line: Line,
      inputs: ['source', 'said'],
      answer: ({ y }, unit) => tokensOf(y, unit),
    });
    const { inputs, reader } = prepared;
    const { targetUnit } = featuresOf(recipe);
    const labels = new Vocabulary([END, ...prepared.labels.tokens.filter((token) => token !== END)]);
    checkInput(recipe, inputs[1]!, 1, 'the number of a token');
    checkInStep(recipe, inputs[1]!);
    checkTokens(recipe, inputs[1]!, labels.size);
    checkOutput(recipe, labels.size, 'one for each token of the answers, and one for their end');
    const samples = samplesOf(prepared, ({ value: { x, y }, name }): PairSample => {
      const answer = lineNumbers(labels, tokensOf(y, targetUnit), name, 'y');
      const empty = answer.indexOf(0);
      if (empty >= 0) throw lineError(name, `y.${empty}: the empty text ends answers`, { key: `y.${empty}` });
      const steps = reader.read(x, name);
      return { name, length: steps.length, source: steps, answer };
    });
    return new TranslationData({ ...prepared, labels }, samples);
  },
  manifest({ reader, labels }, recipe) {
    const { featureVersion, features } = reader.manifest();
    return {
      task: 'sequence-translation',
      featureVersion,
      features: { ...features, targetUnit: featuresOf(recipe).targetUnit },
      inputs: [
        ['T', 'B', reader.features],
        ['M', 'B', 1],
      ],
      output: ['M', 'B', labels.size],
      head: { kind: 'classes', labels: labels.tokens },
    };
  },
  card: () =>
    'Answers a sequence by another, token by token. `sequenceError` is the share of answers with any mistake under ' +
    'greedy decoding, `tokenError` that of wrong tokens where those before were given right.',
});
