/**
 * Numbers for a sequence: many-to-one, or many-to-many in step. A line of its files is `{"x": <steps>, "y": <numbers>}`;
 * the steps are tokens or numbers (`sequence/stepReader.ts`). Where the network ends in one step (behind a `pool` or a
 * `state`), y is a number, or a list of as many as it is to give; elsewhere a list with such for each step of the output.
 * null is a number that nobody knows, which teaches nothing. `data.loss` says what the network's numbers are: values, or
 * what `sequence/valueLoss.ts` reads as quantiles or a distribution of each.
 */
import * as v from 'valibot';
import { laneLengths, laneSteps, type Steps } from '../data/laneSteps.ts';
import { finiteNumber, lineError } from '../data/readJsonLines.ts';
import { type NetworkPlan, planNetwork } from '../nn/networkPlan.ts';
import { MANY_STEPS } from '../nn/nodeSteps.ts';
import { outputSteps } from '../nn/outputSteps.ts';
import { parseOptions } from '../parseOptions.ts';
import type { Batch } from '../task.ts';
import { outputWidth } from './sequence/checkNetwork.ts';
import { checkWidth } from './sequence/checkWidth.ts';
import { type ReadSequences, readSequences, samplesOf, sequenceKeys } from './sequence/preparedSequences.ts';
import type { Sample, Split } from './sequence/sequenceData.ts';
import { sequenceTask } from './sequence/sequenceTask.ts';
import { type StepReader, stepsSchema } from './sequence/stepReader.ts';
import { lossSchema, valueLoss, valueMeanings } from './sequence/valueLoss.ts';
import { ValuesData, type ValuesOutput, type ValuesTarget } from './sequence/valuesData.ts';

const DataRecipe = v.strictObject({ ...sequenceKeys, loss: lossSchema });
const number = v.nullable(finiteNumber);
const numbers = v.pipe(v.array(number), v.minLength(1, 'it is empty'));
const Line = v.strictObject({
  x: stepsSchema,
  y: v.union(
    [finiteNumber, numbers, v.pipe(v.array(numbers), v.minLength(1))],
    'neither a finite number, nor a list of such and null, nor lists of such',
  ),
});
type Answer = v.InferOutput<typeof Line>['y'];

interface ValuedSample extends Sample {
  readonly steps: Steps;
  /** For each step of the output, NaN = unknown. */
  readonly y: Steps;
}

class SequenceValuesData extends ValuesData<ValuedSample> {
  readonly notes;
  readonly reader: StepReader;
  readonly #input: string;

  constructor(
    { inputs: [input = ''], reader, files }: ReadSequences<unknown>,
    output: ValuesOutput,
    samples: Readonly<Record<Split, readonly ValuedSample[]>>,
  ) {
    super(output, samples, files);
    this.#input = input;
    this.reader = reader;
    const known = samples.train.flatMap(({ y }) => y.flat()).filter((value) => !Number.isNaN(value));
    this.notes = { 'numbers to learn': known.length };
  }

  protected batchOf(samples: readonly ValuedSample[]): Batch {
    const steps = samples.map((sample) => sample.steps);
    const x = laneSteps(steps, this.reader.features);
    const y = laneSteps(
      samples.map((sample) => sample.y),
      this.output.targets,
    );
    const target: ValuesTarget = { values: y.data, lanes: y.lanes };
    const inputs = { [this.#input]: x };
    return { size: samples.length, lanes: x.lanes, inputs, lengths: laneLengths(steps), target };
  }

  window(target: unknown, start: number, end: number): ValuesTarget {
    const { values, lanes } = target as ValuesTarget;
    const step = this.output.targets * lanes;
    return { values: values.subarray(start * step, end * step), lanes };
  }
}

/**
 * @param steps of the network's output; absent: it has one, whatever the sequence
 * @param targets numbers of each
 */
function readAnswer(y: Answer, steps: number | undefined, targets: number, name: string): Steps {
  const rows = rowsOf(y, steps, name);
  const key = (t: number): string => (steps === undefined ? 'y' : `y.${t}`);
  if (steps !== undefined && rows.length !== steps) {
    const message = `y: ${rows.length} steps, where the network has ${steps} for this x`;
    throw lineError(name, message, { key: 'y', expected: steps, got: rows.length });
  }
  rows.forEach((row, t) => {
    checkWidth(row, targets, name, key(t));
  });
  if (rows.flat().every((value) => value === null)) {
    throw lineError(name, 'y: it has no number', { key: 'y' });
  }
  return rows.map((row) => row.map((value) => value ?? Number.NaN));
}

function rowsOf(y: Answer, steps: number | undefined, name: string): readonly (readonly (number | null)[])[] {
  if (steps === undefined) {
    const row = typeof y === 'number' ? [y] : y;
    if (!Array.isArray(row[0])) return [row as (number | null)[]];
    throw lineError(name, 'y: lists, where the network has one step', { key: 'y', expected: 1 });
  }
  if (typeof y !== 'number') return y.map((step) => (Array.isArray(step) ? step : [step]));
  const message = `y: one number, where the network has ${steps} steps for this x`;
  throw lineError(name, message, { key: 'y', expected: steps, got: 1 });
}

/** Whether the network ends in one step, however long the sequence. */
const endsInOne = (plan: NetworkPlan): boolean => outputSteps(plan, MANY_STEPS) === 1;

export const sequenceValues = sequenceTask<SequenceValuesData>({
  async prepare(recipe, dataFolder, split) {
    const options = parseOptions(DataRecipe, recipe.data, 'data');
    const read = await readSequences(recipe, dataFolder, split, options, Line, ['sequence']);
    const loss = valueLoss(recipe, options.loss);
    const plan = planNetwork(recipe.network);
    const targets = outputWidth(plan) / loss.parameters;
    const one = endsInOne(plan);
    const samples = samplesOf(read, ({ value: { x, y }, name }): ValuedSample => {
      const steps = read.reader.read(x, name);
      const wanted = one ? undefined : outputSteps(plan, steps.length);
      return { name, length: steps.length, steps, y: readAnswer(y, wanted, targets, name) };
    });
    return new SequenceValuesData(read, { name: read.output, targets, judged: options.loss, loss }, samples);
  },
  manifest({ reader, judged }, { network }) {
    const plan = planNetwork(network);
    const { featureVersion, features } = reader.manifest();
    return {
      task: 'sequence-values',
      featureVersion,
      features: { ...features, ...(judged === 'squared' ? {} : { loss: judged }) },
      inputs: [['T', 'B', reader.features]],
      output: [endsInOne(plan) ? 1 : 'S', 'B', outputWidth(plan)],
      head: { kind: 'values' },
    };
  },
  card: ({ judged }, { network }) =>
    `Gives numbers for ${endsInOne(planNetwork(network)) ? 'a sequence' : 'each step of a sequence'}. ${valueMeanings(judged)}`,
});
