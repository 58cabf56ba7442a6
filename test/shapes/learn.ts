/** Trains a recipe's network on batches that a test draws, and hands it to the library as the ONNX model it exports. */
import { writeOnnx } from '@rivulet/core';
import { loadModel, type Model } from '@rivulet/inference/node';
import { loadTrainKernels } from '@rivulet/kernels/train';
import {
  type Batch,
  initialise,
  type LaneTensor,
  type Loss,
  learningRate,
  Network,
  Optimiser,
  parseRecipe,
  planNetwork,
  Random,
  type RecipeInput,
  sliceOf,
  toOnnx,
} from '@rivulet/training/network';

/** [samples][steps][features] -> [T][F][lanes], zero beyond a sample's end. */
export function lanesOf(samples: readonly (readonly (readonly number[])[])[]): LaneTensor {
  const lanes = Math.ceil(samples.length / 8) * 8;
  const T = Math.max(...samples.map((sample) => sample.length));
  const F = samples[0]![0]!.length;
  const data = new Float32Array(T * F * lanes);
  samples.forEach((sample, lane) => {
    sample.forEach((step, t) => {
      step.forEach((value, f) => {
        data[(t * F + f) * lanes + lane] = value;
      });
    });
  });
  return { data, T, F, lanes };
}

/** The classes of each sample's steps as a target, -1 beyond its end. */
export function classesOf(samples: readonly (readonly number[])[]): Int32Array {
  const lanes = Math.ceil(samples.length / 8) * 8;
  const T = Math.max(...samples.map((sample) => sample.length));
  const target = new Int32Array(T * lanes).fill(-1);
  samples.forEach((sample, lane) => {
    sample.forEach((value, t) => {
      target[t * lanes + lane] = value;
    });
  });
  return target;
}

/** A batch of the inputs' samples; the first input carries the lengths. */
export function batchOf(
  inputs: Readonly<Record<string, readonly (readonly (readonly number[])[])[]>>,
  target: unknown,
): Batch {
  const [first] = Object.values(inputs);
  const tensors = Object.fromEntries(
    Object.entries(inputs).map(([name, samples]) => [name, lanesOf(samples)]),
  );
  const { lanes } = Object.values(tensors)[0]!;
  const lengths = Int32Array.from({ length: lanes }, (_, lane) => first![lane]?.length ?? 0);
  return { size: first!.length, lanes, inputs: tensors, lengths, target };
}

export interface Learnt {
  /** Mean loss of the last tenth of the steps. */
  readonly loss: number;
  readonly model: Model;
}

/** @param draw a batch; its target is what the loss takes */
export async function learn<Target>(
  input: Pick<RecipeInput, 'network' | 'optimiser'>,
  steps: number,
  draw: (random: Random) => Batch,
  loss: Loss<Target>,
): Promise<Learnt> {
  const recipe = parseRecipe({ task: '', seed: 3, batch: 1, epochs: 1, ...input });
  const plan = planNetwork(recipe.network);
  const kernels = await loadTrainKernels();
  const network = new Network(kernels, plan);
  initialise(plan, network.weights(), recipe.seed);
  const optimiser = new Optimiser(kernels, recipe.optimiser, sliceOf(plan.floats, 0, 1), plan.decayFloats);
  const root = Random.fromSeed(recipe.seed);
  let late = 0;
  for (let step = 0; step < steps; step++) {
    const random = root.derive('step', step);
    const batch = draw(random);
    const outputs = network.forward(batch, { dropout: random });
    network.clearGradients();
    const [name] = recipe.network.outputs;
    const { sum, weight } = loss({
      output: outputs[name!]!,
      target: batch.target as Target,
      size: batch.size,
      lengths: network.outputLengths(),
      gradient: network.outputGradients()[name!],
    });
    network.backward();
    const squares = kernels.scaleSquares(network.gradientsPointer, plan.floats, 1 / weight);
    const lr = learningRate(recipe.optimiser, step, steps);
    optimiser.update(network.weightsPointer, network.gradientsPointer, Math.sqrt(squares), lr, step);
    if (step >= 0.9 * steps) late += sum / weight / Math.ceil(0.1 * steps);
  }
  const onnx = writeOnnx(toOnnx({ name: 'learnt', plan, weights: network.weights() }));
  return { loss: late, model: await loadModel(onnx, { engine: 'fused' }) };
}

/** One sample through the library. @returns rows of the first output */
export async function run(
  model: Model,
  inputs: Readonly<Record<string, readonly (readonly number[])[]>>,
): Promise<number[][]> {
  const feeds = Object.entries(inputs).map(([name, rows]) => {
    return [
      name,
      { data: Float32Array.from(rows.flat()), shape: [rows.length, 1, rows[0]!.length] },
    ] as const;
  });
  const [output] = Object.values(await model.run(Object.fromEntries(feeds)));
  const [T, , F] = output!.shape as [number, number, number];
  return Array.from({ length: T }, (_, t) => Array.from(output!.data.slice(t * F, (t + 1) * F)));
}

export function argMax(row: readonly number[]): number {
  return row.indexOf(Math.max(...row));
}
