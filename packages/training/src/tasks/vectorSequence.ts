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
import { finiteNumber, type JsonLine, lineError } from '../data/readJsonLines.ts';
import { planNetwork } from '../nn/networkPlan.ts';
import { parseOptions } from '../parseOptions.ts';
import type { Recipe } from '../recipe.ts';
import type { Batch, LaneTensors } from '../task.ts';
import { checkInput, checkPorts } from './sequence/checkNetwork.ts';
import { type Sample, SequenceData, type Split } from './sequence/sequenceData.ts';
import { fileKeys, readSequenceFiles } from './sequence/sequenceFiles.ts';
import { sequenceTask } from './sequence/sequenceTask.ts';
import { answerSums, type LossRecipe, lossSchema, type ValueLoss, valueLoss } from './sequence/valueLoss.ts';

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
  readonly output: string;
}

class VectorSequenceData extends SequenceData<MadeSample> {
  readonly notes;
  /** Steps that position 1 stands for. */
  readonly longest: number;
  readonly judged: LossRecipe;
  readonly #ports: Ports;
  readonly #loss: ValueLoss;

  constructor(
    ports: Ports,
    judged: LossRecipe,
    loss: ValueLoss,
    samples: Readonly<Record<Split, readonly MadeSample[]>>,
    files: readonly string[],
  ) {
    super(samples, files);
    this.#ports = ports;
    this.judged = judged;
    this.#loss = loss;
    this.longest = samples.train.reduce((most, { length }) => Math.max(most, length), 1);
    this.notes = { 'steps of the longest': this.longest };
  }

  protected batchOf(samples: readonly MadeSample[]): Batch {
    const y = laneSteps(
      samples.map((sample) => sample.y),
      samples[0]!.y[0]!.length,
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
    return { size: samples.length, lanes: y.lanes, inputs, lengths, target: y.data };
  }

  loss(
    outputs: LaneTensors,
    lengths: Int32Array | undefined,
    { target, size }: Batch,
    gradients?: Readonly<Record<string, Float32Array>>,
  ): { sum: number; weight: number } {
    return this.#loss.loss({
      output: outputs[this.#ports.output]!,
      target: target as Float32Array,
      size,
      lengths,
      gradient: gradients?.[this.#ports.output],
    });
  }

  score(outputs: LaneTensors, lengths: Int32Array | undefined, batch: Batch): Record<string, number> {
    const { sum, weight } = this.loss(outputs, lengths, batch);
    const output = outputs[this.#ports.output]!;
    const targets = output.F / this.#loss.parameters;
    const wanted = batch.target as Float32Array;
    return { sum, weight, ...answerSums(this.#loss, output, wanted, batch.size, lengths, targets) };
  }

  figures({ sum, weight, errors, squares, within }: Readonly<Record<string, number>>) {
    const { figure, between } = this.#loss;
    const mean = sum! / weight!;
    const relativeError = Math.sqrt(errors! / squares!);
    return { [figure]: mean, relativeError, ...(between ? { within: within! / weight! } : {}), best: mean };
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
  const { train, val, files } = await readSequenceFiles(options, dataFolder, split, Line);
  const loss = valueLoss(recipe, options.loss);
  const widths = { vector: recipe.network.inputs[vector]!, y: outputWidth(recipe) / loss.parameters };
  const read = (lines: readonly JsonLine<v.InferOutput<typeof Line>>[]): MadeSample[] =>
    lines.map(({ value, name }) => {
      const y = value.y.map((step) => (typeof step === 'number' ? [step] : step));
      checkWidth(value.vector, widths.vector, name, 'vector');
      y.forEach((step, t) => {
        checkWidth(step, widths.y, name, `y.${t}`);
      });
      return { name, length: y.length, vector: value.vector, y };
    });
  const samples = { train: read(train), val: read(val) };
  return new VectorSequenceData({ position, vector, output }, options.loss, loss, samples, files);
}

function outputWidth({ network }: Recipe): number {
  const plan = planNetwork(network);
  return plan.nodes[plan.outputs[0]!]!.features;
}

function checkWidth(row: readonly number[], expected: number, name: string, key: string): void {
  if (row.length === expected) return;
  const message = `${key}: ${row.length} numbers, where the network has ${expected}`;
  throw lineError(name, message, { key, expected, got: row.length });
}

/** Of the figures, for the card. */
const MEANINGS = {
  squared: '`mse` is the mean squared error of a number.',
  absolute: '`mae` is the mean absolute error of a number.',
  gaussian:
    'A step is the means and then the standard deviations of its numbers; `nll` is the mean negative log-likelihood of a ' +
    'number.',
  student:
    "A step is the means, then the scales, then the degrees of freedom of its numbers, each of Student's t; `nll` is the " +
    'mean negative log-likelihood of a number.',
  quantiles:
    'A step is the quantiles of each of its numbers; `quantileLoss` is their mean loss, summed over levels, `within` the ' +
    'share of numbers between the lowest and the highest.',
};

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
    output: ['T', 'B', outputWidth(recipe)],
    head: { kind: 'values' },
  }),
  card: ({ judged }) =>
    `Makes a sequence of numbers from a vector. ${MEANINGS[typeof judged === 'string' ? judged : 'quantiles']} ` +
    '`relativeError` is the root of the sum of squared errors over that of the squared true numbers.',
});
