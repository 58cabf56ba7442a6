/**
 * A tag for each step of a sequence: many-to-many in step. A line of its files is `{"x": <steps>, "y": <tags>}`; the
 * steps are tokens or numbers (`sequence/stepReader.ts`), the tags as many texts, or one text that is cut as the recipe's
 * `features.targetUnit` says. With a bidirectional layer a tag depends on what stands before and behind its step.
 */
import { Vocabulary } from '@rivulet/core';
import * as v from 'valibot';
import { laneClasses, laneLengths, laneSteps, type Steps } from '../data/laneSteps.ts';
import { lineError } from '../data/readJsonLines.ts';
import { parseOptions } from '../parseOptions.ts';
import type { Recipe } from '../recipe.ts';
import type { Batch, Task } from '../task.ts';
import { checkOutput, checkPorts } from './sequence/checkNetwork.ts';
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

const DataRecipe = v.strictObject({
  ...fileKeys,
  ...tokenKeys,
  /** Tags, in the order of the network's outputs; absent: those of the train file, sorted. */
  labels: v.optional(v.array(v.string())),
});
const Line = v.strictObject({ x: stepsSchema, y: textSchema });

interface TaggedSample extends Sample {
  readonly steps: Steps;
  readonly tags: readonly number[];
}

class SequenceTagsData extends StepClassesData<TaggedSample> {
  readonly notes;
  readonly reader: StepReader;
  readonly labels: Vocabulary;
  readonly #input: string;

  constructor(
    ports: { readonly input: string; readonly output: string },
    reader: StepReader,
    labels: Vocabulary,
    samples: Readonly<Record<Split, readonly TaggedSample[]>>,
    files: readonly string[],
  ) {
    super(ports.output, samples, files);
    this.#input = ports.input;
    this.reader = reader;
    this.labels = labels;
    this.notes = { tags: labels.size };
  }

  protected batchOf(samples: readonly TaggedSample[]): Batch {
    const steps = samples.map((sample) => sample.steps);
    const x = laneSteps(steps, this.reader.features);
    const target: StepClassesTarget = {
      classes: laneClasses(samples.map(({ tags }) => tags)),
      lanes: x.lanes,
    };
    const inputs = { [this.#input]: x };
    return { size: samples.length, lanes: x.lanes, inputs, lengths: laneLengths(steps), target };
  }

  figures({ wrongSteps, steps, wrongSamples, samples }: Readonly<Record<string, number>>) {
    const error = wrongSteps! / steps!;
    return { error, sequenceError: wrongSamples! / samples!, best: error };
  }
}

async function prepare(recipe: Recipe, dataFolder: string, split: 'val' | 'test'): Promise<SequenceTagsData> {
  const options = parseOptions(DataRecipe, recipe.data, 'data');
  const { targetUnit } = featuresOf(recipe);
  const [input = ''] = checkPorts(recipe, ['sequence']);
  const [output = ''] = recipe.network.outputs;
  const { train, val, files } = await readSequenceFiles(options, dataFolder, split, Line);
  const reader = new StepReader(
    recipe,
    input,
    options,
    train.map(({ value }) => value.x),
  );
  const labels = options.labels
    ? namedTokens(options.labels, 'data.labels')
    : Vocabulary.of(train.map(({ value }) => tokensOf(value.y, targetUnit)));
  checkOutput(recipe, labels.size, `one for each tag (${labels.tokens.join(', ')})`);
  const read = (lines: typeof train): TaggedSample[] =>
    lines.map(({ value: { x, y }, name }) => {
      const steps = reader.read(x, name);
      const tags = lineNumbers(labels, tokensOf(y, targetUnit), name, 'y');
      if (tags.length !== steps.length) {
        const message = `y: ${tags.length} tags for the ${steps.length} steps of x`;
        throw lineError(name, message, { key: 'y', expected: steps.length, got: tags.length });
      }
      return { name, length: steps.length, steps, tags };
    });
  return new SequenceTagsData(
    { input, output },
    reader,
    labels,
    { train: read(train), val: read(val) },
    files,
  );
}

export const sequenceTags: Task = {
  dataBesideRecipe: true,
  prepare: (recipe, dataFolder) => prepare(recipe, dataFolder, 'val'),
  prepareTest: (recipe, dataFolder) => prepare(recipe, dataFolder, 'test'),
  manifest(recipe, data) {
    const { reader, labels } = data as SequenceTagsData;
    const { source, licence } = parseOptions(DataRecipe, recipe.data, 'data');
    const [input = ''] = Object.keys(recipe.network.inputs);
    return {
      task: 'sequence-tags',
      ...reader.manifest(),
      inputs: [{ name: input, shape: ['T', 'B', reader.features] }],
      outputs: [{ name: recipe.network.outputs[0]!, shape: ['T', 'B', labels.size] }],
      head: { kind: 'classes', labels: labels.tokens },
      licence,
      attribution: source,
    };
  },
  parity: (_, data) => parityBatches(data),
  card(_, data) {
    const { labels } = data as SequenceTagsData;
    return (
      `Gives each step of a sequence one of the tags ${labels.tokens.join(', ')}. \`error\` is the share of steps with ` +
      'a wrong tag, `sequenceError` that of sequences with one.'
    );
  },
};
