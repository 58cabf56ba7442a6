/**
 * Which class a sequence is of: many-to-one. A line of its files is `{"x": <steps>, "label": "<class>"}`; the steps are
 * tokens or numbers (`sequence/stepReader.ts`). A network that speaks at more than one step is read by the mean of its
 * logits.
 */
import type { Vocabulary } from '@rivulet/core';
import * as v from 'valibot';
import { laneLengths, laneSteps, type Steps } from '../data/laneSteps.ts';
import type { Batch, LaneTensors } from '../task.ts';
import { classesFigures, classesLoss, classesScore } from './classLoss.ts';
import { checkOutput } from './sequence/checkNetwork.ts';
import {
  namedKeys,
  type PreparedSequences,
  preparedSequences,
  samplesOf,
} from './sequence/preparedSequences.ts';
import { type Sample, SequenceData, type Split } from './sequence/sequenceData.ts';
import { sequenceTask } from './sequence/sequenceTask.ts';
import { lineNumbers, type StepReader, stepsSchema } from './sequence/stepReader.ts';

const Line = v.strictObject({ x: stepsSchema, label: v.string() });

interface ClassSample extends Sample {
  readonly steps: Steps;
  readonly answer: number;
}
type Prepared = PreparedSequences<v.InferOutput<typeof Line>>;

class SequenceClassData extends SequenceData<ClassSample> {
  readonly notes;
  readonly labels: Vocabulary;
  readonly reader: StepReader;
  readonly #input: string;
  readonly #output: string;

  constructor(
    { inputs: [input = ''], output, reader, labels, files }: Prepared,
    samples: Readonly<Record<Split, readonly ClassSample[]>>,
  ) {
    super(samples, files);
    this.#input = input;
    this.#output = output;
    this.reader = reader;
    this.labels = labels;
    this.notes = { classes: labels.size };
  }

  protected batchOf(samples: readonly ClassSample[]): Batch {
    const steps = samples.map((sample) => sample.steps);
    const x = laneSteps(steps, this.reader.features);
    const target: readonly number[] = samples.map(({ answer }) => answer);
    const inputs = { [this.#input]: x };
    return { size: samples.length, lanes: x.lanes, inputs, lengths: laneLengths(steps), target };
  }

  loss(
    outputs: LaneTensors,
    lengths: Int32Array | undefined,
    { target }: Batch,
    gradients?: Readonly<Record<string, Float32Array>>,
  ): { sum: number; weight: number } {
    const answers = target as readonly number[];
    return classesLoss(outputs[this.#output]!, lengths, answers, 0, gradients?.[this.#output]);
  }

  score(outputs: LaneTensors, lengths: Int32Array | undefined, { target }: Batch): Record<string, number> {
    return classesScore(outputs[this.#output]!, lengths, target as readonly number[]);
  }

  figures(sums: Readonly<Record<string, number>>): { error: number; best: number } {
    return classesFigures(sums);
  }
}

export const sequenceClass = sequenceTask<SequenceClassData>({
  async prepare(recipe, dataFolder, split) {
    const prepared = await preparedSequences(recipe, dataFolder, split, {
      data: v.strictObject(namedKeys),
      line: Line,
      inputs: ['sequence'],
      answer: ({ label }) => [label],
    });
    const { reader, labels } = prepared;
    checkOutput(recipe, labels.size, `one for each class (${labels.tokens.join(', ')})`);
    const samples = samplesOf(prepared, ({ value: { x, label }, name }): ClassSample => {
      const steps = reader.read(x, name);
      const [answer = 0] = lineNumbers(labels, [label], name, 'label');
      return { name, length: steps.length, steps, answer };
    });
    return new SequenceClassData(prepared, samples);
  },
  manifest: ({ reader, labels }) => ({
    task: 'sequence-class',
    ...reader.manifest(),
    inputs: [['T', 'B', reader.features]],
    output: ['S', 'B', labels.size],
    head: { kind: 'classes', labels: labels.tokens },
  }),
  card: ({ labels }) =>
    `Says of a sequence which it is: ${labels.tokens.join(', ')}. \`error\` is the share of wrong answers.`,
});
