/**
 * Which class a sequence is of: many-to-one. A line of its files is `{"x": <steps>, "label": "<class>"}`; the steps are
 * tokens or numbers (`sequence/stepReader.ts`). A network that speaks at more than one step is read by the mean of its
 * logits.
 */
import { Vocabulary } from '@rivulet/core';
import * as v from 'valibot';
import { laneLengths, laneSteps, type Steps } from '../data/laneSteps.ts';
import { parseOptions } from '../parseOptions.ts';
import type { Recipe } from '../recipe.ts';
import type { Batch, LaneTensors, Task } from '../task.ts';
import { classLoss, meanLogits } from './classLoss.ts';
import { checkOutput, checkPorts } from './sequence/checkNetwork.ts';
import { parityBatches, type Sample, SequenceData, type Split } from './sequence/sequenceData.ts';
import { fileKeys, readSequenceFiles, tokenKeys } from './sequence/sequenceFiles.ts';
import { lineNumbers, namedTokens, StepReader, stepsSchema } from './sequence/stepReader.ts';

const DataRecipe = v.strictObject({
  ...fileKeys,
  ...tokenKeys,
  /** Classes, in the order of the network's outputs; absent: those of the train file, sorted. */
  labels: v.optional(v.array(v.string())),
});
const Line = v.strictObject({ x: stepsSchema, label: v.string() });

interface ClassSample extends Sample {
  readonly steps: Steps;
  readonly answer: number;
}
interface Ports {
  readonly input: string;
  readonly output: string;
}

class SequenceClassData extends SequenceData<ClassSample> {
  readonly notes;
  readonly labels: Vocabulary;
  readonly reader: StepReader;
  readonly #ports: Ports;

  constructor(
    ports: Ports,
    reader: StepReader,
    labels: Vocabulary,
    samples: Readonly<Record<Split, readonly ClassSample[]>>,
    files: readonly string[],
  ) {
    super(samples, files);
    this.#ports = ports;
    this.reader = reader;
    this.labels = labels;
    this.notes = { classes: labels.size };
  }

  protected batchOf(samples: readonly ClassSample[]): Batch {
    const steps = samples.map((sample) => sample.steps);
    const x = laneSteps(steps, this.reader.features);
    const target: readonly number[] = samples.map(({ answer }) => answer);
    const inputs = { [this.#ports.input]: x };
    return { size: samples.length, lanes: x.lanes, inputs, lengths: laneLengths(steps), target };
  }

  loss(
    outputs: LaneTensors,
    lengths: Int32Array | undefined,
    { target }: Batch,
    gradients?: Readonly<Record<string, Float32Array>>,
  ): { sum: number; weight: number } {
    const logits = outputs[this.#ports.output]!;
    const answers = target as readonly number[];
    let sum = 0;
    answers.forEach((answer, lane) => {
      const steps = lengths?.[lane] ?? logits.T;
      sum += classLoss(logits, lane, steps, answer, 0, gradients?.[this.#ports.output]);
    });
    return { sum, weight: answers.length };
  }

  score(outputs: LaneTensors, lengths: Int32Array | undefined, { target }: Batch): Record<string, number> {
    const logits = outputs[this.#ports.output]!;
    const answers = target as readonly number[];
    const wrong = answers.filter((answer, lane) => {
      const means = meanLogits(logits, lane, lengths?.[lane] ?? logits.T);
      return means.indexOf(means.reduce((a, b) => Math.max(a, b))) !== answer;
    });
    return { wrong: wrong.length, samples: answers.length };
  }

  figures({ wrong, samples }: Readonly<Record<string, number>>): { error: number; best: number } {
    return { error: wrong! / samples!, best: wrong! / samples! };
  }
}

async function prepare(
  recipe: Recipe,
  dataFolder: string,
  split: 'val' | 'test',
): Promise<SequenceClassData> {
  const options = parseOptions(DataRecipe, recipe.data, 'data');
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
    : Vocabulary.of([train.map(({ value }) => value.label)]);
  checkOutput(recipe, labels.size, `one for each class (${labels.tokens.join(', ')})`);
  const read = (lines: typeof train): ClassSample[] =>
    lines.map(({ value: { x, label }, name }) => {
      const steps = reader.read(x, name);
      const [answer = 0] = lineNumbers(labels, [label], name, 'label');
      return { name, length: steps.length, steps, answer };
    });
  return new SequenceClassData(
    { input, output },
    reader,
    labels,
    { train: read(train), val: read(val) },
    files,
  );
}

export const sequenceClass: Task = {
  dataBesideRecipe: true,
  prepare: (recipe, dataFolder) => prepare(recipe, dataFolder, 'val'),
  prepareTest: (recipe, dataFolder) => prepare(recipe, dataFolder, 'test'),
  manifest(recipe, data) {
    const { reader, labels } = data as SequenceClassData;
    const { source, licence } = parseOptions(DataRecipe, recipe.data, 'data');
    const [input = ''] = Object.keys(recipe.network.inputs);
    return {
      task: 'sequence-class',
      ...reader.manifest(),
      inputs: [{ name: input, shape: ['T', 'B', reader.features] }],
      outputs: [{ name: recipe.network.outputs[0]!, shape: ['S', 'B', labels.size] }],
      head: { kind: 'classes', labels: labels.tokens },
      licence,
      attribution: source,
    };
  },
  parity: (_, data) => parityBatches(data),
  card(_, data) {
    const { labels } = data as SequenceClassData;
    return `Says of a sequence which it is: ${labels.tokens.join(', ')}. \`error\` is the share of wrong answers.`;
  },
};
