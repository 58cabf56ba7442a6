/**
 * A sequence of numbers from a vector: one-to-many. A line of its files is
 * `{"vector": [..], "y": [[..], ..]}`, where a step of y is a list of numbers, or a number where there is one. The
 * network's first input says at each step how much of the longest training sequence lies behind, 0 at the first step;
 * its number of steps is how many are made. Its second input is the vector, of one step. `data.loss` says what its numbers
 * are: values, or what `sequence/valueLoss.ts` reads as quantiles or a distribution of each.
 */
import { SEQUENCE_FEATURE_VERSION } from '@rivulet/core';
import * as v from 'valibot';
import { laneLengths, laneSteps, type Steps } from '../data/laneSteps.ts';
import { finiteNumber, type JsonLine } from '../data/readJsonLines.ts';
import { planNetwork } from '../nn/networkPlan.ts';
import { parseOptions } from '../parseOptions.ts';
import type { Recipe } from '../recipe.ts';
import type { Batch } from '../task.ts';
import { checkInput, checkInStep, checkPorts, outputWidth } from './sequence/checkNetwork.ts';
import { checkWidth } from './sequence/checkWidth.ts';
import type { Sample, Split } from './sequence/sequenceData.ts';
import { fileKeys, readSequenceFiles } from './sequence/sequenceFiles.ts';
import { sequenceTask } from './sequence/sequenceTask.ts';
import { lossSchema, valueLoss, valueMeanings } from './sequence/valueLoss.ts';
import { ValuesData, type ValuesOutput, type ValuesTarget } from './sequence/valuesData.ts';

const DataRecipe = v.strictObject({ ...fileKeys, loss: lossSchema });
const numbers = v.pipe(v.array(finiteNumber), v.minLength(1, 'it is empty'));
const Line = v.strictObject({
  vector: numbers,
  y: v.union([numbers, v.pipe(v.array(numbers), v.minLength(1))], 'neither finite numbers nor lists of such'),
});

interface MadeSample extends Sample {
  readonly vector: readonly number[];
  readonly y: Steps;
}
interface Ports {
  readonly position: string;
  readonly vector: string;
}

class VectorSequenceData extends ValuesData<MadeSample> {
  readonly notes;
  /** Steps that position 1 stands for. */
  readonly longest: number;
  readonly #ports: Ports;

  constructor(
    ports: Ports,
    output: ValuesOutput,
    samples: Readonly<Record<Split, readonly MadeSample[]>>,
    files: readonly string[],
  ) {
    super(output, samples, files);
    this.#ports = ports;
    this.longest = samples.train.reduce((most, { length }) => Math.max(most, length), 1);
    this.notes = { 'steps of the longest': this.longest };
  }

  protected batchOf(samples: readonly MadeSample[]): Batch {
    const y = laneSteps(
      samples.map((sample) => sample.y),
      this.output.targets,
    );
    const positions = laneSteps(
      samples.map(({ length }) => Array.from({ length }, (_, t) => [t / this.longest])),
      1,
    );
    const { vector } = samples[0]!;
    const vectors = laneSteps(
      samples.map((sample) => [sample.vector]),
      vector.length,
    );
    const inputs = { [this.#ports.position]: positions, [this.#ports.vector]: vectors };
    const lengths = laneLengths(samples.map((sample) => sample.y));
    const target: ValuesTarget = { values: y.data, lanes: y.lanes };
    return { size: samples.length, lanes: y.lanes, inputs, lengths, target };
  }
}

async function prepare(
  recipe: Recipe,
  dataFolder: string,
  split: 'val' | 'test',
): Promise<VectorSequenceData> {
  const options = parseOptions(DataRecipe, recipe.data, 'data');
  parseOptions(v.strictObject({}), recipe.features, 'features');
  const [position = '', vector = ''] = checkPorts(recipe, ['position', 'vector']);
  const [output = ''] = recipe.network.outputs;
  checkInput(recipe, position, 1, 'the place of the step');
  checkInStep(recipe, position);
  const { train, val, files } = await readSequenceFiles(options, dataFolder, split, Line);
  const loss = valueLoss(recipe, options.loss);
  const targets = outputWidth(planNetwork(recipe.network)) / loss.parameters;
  const read = (lines: readonly JsonLine<v.InferOutput<typeof Line>>[]): MadeSample[] =>
    lines.map(({ value, name }) => {
      const y = value.y.map((step) => (typeof step === 'number' ? [step] : step));
      checkWidth(value.vector, recipe.network.inputs[vector]!, name, 'vector');
      y.forEach((step, t) => {
        checkWidth(step, targets, name, `y.${t}`);
      });
      return { name, length: y.length, vector: value.vector, y };
    });
  const samples = { train: read(train), val: read(val) };
  const said = { name: output, targets, judged: options.loss, loss };
  return new VectorSequenceData({ position, vector }, said, samples, files);
}

export const vectorSequence = sequenceTask<VectorSequenceData>({
  prepare,
  vectors: ({ network }) => Object.keys(network.inputs).slice(1),
  manifest: ({ longest, judged }, recipe) => ({
    task: 'vector-sequence',
    featureVersion: SEQUENCE_FEATURE_VERSION,
    features: { longest, ...(judged === 'squared' ? {} : { loss: judged }) },
    inputs: [
      ['T', 'B', 1],
      [1, 'B', Object.values(recipe.network.inputs)[1]!],
    ],
    output: ['T', 'B', outputWidth(planNetwork(recipe.network))],
    head: { kind: 'values' },
  }),
  card: ({ judged }) => `Makes a sequence of numbers from a vector. ${valueMeanings(judged)}`,
});
