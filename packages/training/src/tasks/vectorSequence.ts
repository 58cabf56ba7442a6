/**
 * A sequence of numbers from a vector: one-to-many. A line of its files is
 * `{"vector": [..], "y": [[..], ..]}`, where a step of y is a list of numbers, or a number where there is one. The
 * network's first input says at each step how much of the longest training sequence lies behind, 0 at the first step;
 * its number of steps is how many are made. Its second input is the vector, of one step.
 */
import { SEQUENCE_FEATURE_VERSION } from '@rivulet/core';
import * as v from 'valibot';
import { laneLengths, laneSteps, type Steps } from '../data/laneSteps.ts';
import { type JsonLine, lineError } from '../data/readJsonLines.ts';
import { squaredError } from '../losses/pointLosses.ts';
import { planNetwork } from '../nn/networkPlan.ts';
import { parseOptions } from '../parseOptions.ts';
import type { Recipe } from '../recipe.ts';
import type { Batch, LaneTensors } from '../task.ts';
import { checkInput, checkPorts } from './sequence/checkNetwork.ts';
import { type Sample, SequenceData, type Split } from './sequence/sequenceData.ts';
import { fileKeys, readSequenceFiles } from './sequence/sequenceFiles.ts';
import { sequenceTask } from './sequence/sequenceTask.ts';

const DataRecipe = v.strictObject(fileKeys);
const numbers = v.pipe(v.array(v.number()), v.minLength(1, 'it is empty'));
const Line = v.strictObject({
  vector: numbers,
  y: v.union([numbers, v.pipe(v.array(numbers), v.minLength(1))], 'neither numbers nor lists of numbers'),
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
  readonly #ports: Ports;

  constructor(
    ports: Ports,
    samples: Readonly<Record<Split, readonly MadeSample[]>>,
    files: readonly string[],
  ) {
    super(samples, files);
    this.#ports = ports;
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
    return squaredError({
      output: outputs[this.#ports.output]!,
      target: target as Float32Array,
      size,
      lengths,
      gradient: gradients?.[this.#ports.output],
    });
  }

  score(outputs: LaneTensors, lengths: Int32Array | undefined, batch: Batch): Record<string, number> {
    const { sum, weight } = this.loss(outputs, lengths, batch);
    const y = batch.target as Float32Array;
    return { sum, weight, squares: y.reduce((all, value) => all + value * value, 0) };
  }

  figures({ sum, weight, squares }: Readonly<Record<string, number>>) {
    const mse = sum! / weight!;
    return { mse, relativeError: Math.sqrt(sum! / squares!), best: mse };
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
  const widths = { vector: recipe.network.inputs[vector]!, y: outputWidth(recipe) };
  const read = (lines: readonly JsonLine<v.InferOutput<typeof Line>>[]): MadeSample[] =>
    lines.map(({ value, name }) => {
      const y = value.y.map((step) => (typeof step === 'number' ? [step] : step));
      checkWidth(value.vector, widths.vector, name, 'vector');
      y.forEach((step, t) => {
        checkWidth(step, widths.y, name, `y.${t}`);
      });
      return { name, length: y.length, vector: value.vector, y };
    });
  return new VectorSequenceData({ position, vector, output }, { train: read(train), val: read(val) }, files);
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

export const vectorSequence = sequenceTask<VectorSequenceData>({
  prepare,
  manifest: ({ longest }, recipe) => ({
    task: 'vector-sequence',
    featureVersion: SEQUENCE_FEATURE_VERSION,
    features: { longest },
    inputs: [
      ['T', 'B', 1],
      [1, 'B', Object.values(recipe.network.inputs)[1]!],
    ],
    output: ['T', 'B', outputWidth(recipe)],
    head: { kind: 'values' },
  }),
  card: () =>
    'Makes a sequence of numbers from a vector. `mse` is the mean squared error of a number, `relativeError` the root ' +
    'of the sum of squared errors over that of the squared true numbers.',
});
