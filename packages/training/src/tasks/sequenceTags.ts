/**
 * A tag for each step of a sequence: many-to-many in step. A line of its files is `{"x": <steps>, "y": <tags>}`; the
 * steps are tokens or numbers (`sequence/stepReader.ts`), the tags as many texts, or one text that is cut as the recipe's
 * `features.targetUnit` says. With a bidirectional layer a tag depends on what stands before and behind its step.
 */
import type { Vocabulary } from '@rivulet/core';
import * as v from 'valibot';
import { laneClasses, laneLengths, laneSteps, type Steps } from '../data/laneSteps.ts';
import { lineError } from '../data/readJsonLines.ts';
import type { Batch } from '../task.ts';
import { checkInStep, checkOutput } from './sequence/checkNetwork.ts';
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

const Line = v.strictObject({ x: stepsSchema, y: textSchema });

interface TaggedSample extends Sample {
  readonly steps: Steps;
  readonly tags: readonly number[];
}
type Prepared = PreparedSequences<v.InferOutput<typeof Line>>;

class SequenceTagsData extends StepClassesData<TaggedSample> {
  readonly notes;
  readonly reader: StepReader;
  readonly labels: Vocabulary;
  readonly #input: string;

  constructor(
    { inputs: [input = ''], output, reader, labels, files }: Prepared,
    samples: Readonly<Record<Split, readonly TaggedSample[]>>,
  ) {
    super(output, samples, files);
    this.#input = input;
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

export const sequenceTags = sequenceTask<SequenceTagsData>({
  async prepare(recipe, dataFolder, split) {
    const prepared = await preparedSequences(recipe, dataFolder, split, {
      data: v.strictObject(namedKeys),
      line: Line,
      inputs: ['sequence'],
      answer: ({ y }, unit) => tokensOf(y, unit),
    });
    const { inputs, reader, labels } = prepared;
    const { targetUnit } = featuresOf(recipe);
    checkInStep(recipe, inputs[0]!);
    checkOutput(recipe, labels.size, `one for each tag (${labels.tokens.join(', ')})`);
    const samples = samplesOf(prepared, ({ value: { x, y }, name }): TaggedSample => {
      const steps = reader.read(x, name);
      const tags = lineNumbers(labels, tokensOf(y, targetUnit), name, 'y');
      if (tags.length !== steps.length) {
        const message = `y: ${tags.length} tags for the ${steps.length} steps of x`;
        throw lineError(name, message, { key: 'y', expected: steps.length, got: tags.length });
      }
      return { name, length: steps.length, steps, tags };
    });
    return new SequenceTagsData(prepared, samples);
  },
  manifest: ({ reader, labels }) => ({
    task: 'sequence-tags',
    ...reader.manifest(),
    inputs: [['T', 'B', reader.features]],
    output: ['T', 'B', labels.size],
    head: { kind: 'classes', labels: labels.tokens },
  }),
  card: ({ labels }) =>
    `Gives each step of a sequence one of the tags ${labels.tokens.join(', ')}. \`error\` is the share of steps with ` +
    'a wrong tag, `sequenceError` that of sequences with one.',
});
