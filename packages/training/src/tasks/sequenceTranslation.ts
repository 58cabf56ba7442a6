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
import { parseOptions } from '../parseOptions.ts';
import type { Recipe } from '../recipe.ts';
import type { Batch, Task } from '../task.ts';
import { checkInput, checkOutput, checkPorts, checkTokens } from './sequence/checkNetwork.ts';
import { parityBatches, type Sample, type Split } from './sequence/sequenceData.ts';
import { fileKeys, readSequenceFiles, tokenKeys } from './sequence/sequenceFiles.ts';
import { StepClassesData, type StepClassesTarget } from './sequence/stepClassesData.ts';
import {
  featuresOf,
  lineNumbers,
  namedTokens,
  StepReader,
  stepsSchema,
  textSchema,
  tokensOf,
} from './sequence/stepReader.ts';

/** Begins an answer and ends it. */
const END = '';

const DataRecipe = v.strictObject({
  ...fileKeys,
  ...tokenKeys,
  /** Tokens of the answers, in the order of the network's outputs from 1 on; absent: those of the train file, sorted. */
  labels: v.optional(v.array(v.pipe(v.string(), v.nonEmpty('the empty text is class 0 already')))),
});
const Line = v.strictObject({ x: stepsSchema, y: textSchema });

interface PairSample extends Sample {
  readonly source: Steps;
  /** Without begin and end. */
  readonly answer: readonly number[];
}
interface Ports {
  readonly source: string;
  readonly said: string;
  readonly output: string;
}

class TranslationData extends StepClassesData<PairSample> {
  readonly notes;
  readonly reader: StepReader;
  readonly labels: Vocabulary;
  readonly #ports: Ports;

  constructor(
    ports: Ports,
    reader: StepReader,
    labels: Vocabulary,
    samples: Readonly<Record<Split, readonly PairSample[]>>,
    files: readonly string[],
  ) {
    super(ports.output, samples, files);
    this.#ports = ports;
    this.reader = reader;
    this.labels = labels;
    this.notes = { 'tokens of the answers': labels.size - 1 };
  }

  protected batchOf(samples: readonly PairSample[]): Batch {
    const source = samples.map((sample) => sample.source);
    const said = samples.map(({ answer }) => [0, ...answer].map((token) => [token]));
    const x = laneSteps(source, this.reader.features);
    const inputs = { [this.#ports.source]: x, [this.#ports.said]: laneSteps(said, 1) };
    const classes = laneClasses(samples.map(({ answer }) => [...answer, 0]));
    const target: StepClassesTarget = { classes, lanes: x.lanes };
    const lengths = laneLengths(source);
    const inputLengths = { [this.#ports.said]: laneLengths(said) };
    return { size: samples.length, lanes: x.lanes, inputs, lengths, inputLengths, target };
  }

  figures({ wrongSteps, steps, wrongSamples, samples }: Readonly<Record<string, number>>) {
    const sequenceError = wrongSamples! / samples!;
    return { sequenceError, tokenError: wrongSteps! / steps!, best: sequenceError };
  }
}

async function prepare(recipe: Recipe, dataFolder: string, split: 'val' | 'test'): Promise<TranslationData> {
  const options = parseOptions(DataRecipe, recipe.data, 'data');
  const { targetUnit } = featuresOf(recipe);
  const [source = '', said = ''] = checkPorts(recipe, ['source', 'said']);
  const [output = ''] = recipe.network.outputs;
  const { train, val, files } = await readSequenceFiles(options, dataFolder, split, Line);
  const reader = new StepReader(
    recipe,
    source,
    options,
    train.map(({ value }) => value.x),
  );
  const answers = options.labels
    ? namedTokens(options.labels, 'data.labels')
    : Vocabulary.of(train.map(({ value }) => tokensOf(value.y, targetUnit)));
  const labels = new Vocabulary([END, ...answers.tokens.filter((token) => token !== END)]);
  checkInput(recipe, said, 1, 'the number of a token');
  checkTokens(recipe, said, labels.size);
  checkOutput(recipe, labels.size, 'one for each token of the answers, and one for their end');
  const read = (lines: typeof train): PairSample[] =>
    lines.map(({ value: { x, y }, name }) => {
      const answer = lineNumbers(labels, tokensOf(y, targetUnit), name, 'y');
      const empty = answer.indexOf(0);
      if (empty >= 0) throw lineError(name, `y.${empty}: the empty text ends answers`, { key: `y.${empty}` });
      const steps = reader.read(x, name);
      return { name, length: steps.length, source: steps, answer };
    });
  const samples = { train: read(train), val: read(val) };
  return new TranslationData({ source, said, output }, reader, labels, samples, files);
}

export const sequenceTranslation: Task = {
  dataBesideRecipe: true,
  prepare: (recipe, dataFolder) => prepare(recipe, dataFolder, 'val'),
  prepareTest: (recipe, dataFolder) => prepare(recipe, dataFolder, 'test'),
  manifest(recipe, data) {
    const { reader, labels } = data as TranslationData;
    const options = parseOptions(DataRecipe, recipe.data, 'data');
    const [source = '', said = ''] = Object.keys(recipe.network.inputs);
    const { featureVersion, features } = reader.manifest();
    return {
      task: 'sequence-translation',
      featureVersion,
      features: { ...features, targetUnit: featuresOf(recipe).targetUnit },
      inputs: [
        { name: source, shape: ['T', 'B', reader.features] },
        { name: said, shape: ['M', 'B', 1] },
      ],
      outputs: [{ name: recipe.network.outputs[0]!, shape: ['M', 'B', labels.size] }],
      head: { kind: 'classes', labels: labels.tokens },
      licence: options.licence,
      attribution: options.source,
    };
  },
  parity: (_, data) => parityBatches(data),
  card() {
    return (
      'Answers a sequence by another, token by token. `sequenceError` is the share of answers with any mistake under ' +
      'greedy decoding, `tokenError` that of wrong tokens where those before were given right.'
    );
  },
};
