/**
 * What rounding costs, layer by layer: the error of int8 weights for each gate, and on samples of the validation
 * part the range of each layer's outputs and how far they move with int8 weights, and with 7-bit activations too.
 */
import type { Cell } from '@rivulet/core';
import type { TrainKernels } from '@rivulet/kernels/train';
import { Network } from '../nn/network.ts';
import { planNetwork } from '../nn/networkPlan.ts';
import { Recurrent } from '../nn/ops/recurrent.ts';
import { Random } from '../random.ts';
import type { Recipe } from '../recipe.ts';
import type { TaskData } from '../task.ts';
import { type ActivationError, ActivationErrors } from './activationErrors.ts';
import { quantiseNetwork } from './quantiseNetwork.ts';
import { Ratio } from './ratio.ts';

const GATE_NAMES: Readonly<Record<Cell, readonly string[]>> = {
  rnn: ['h'],
  lstm: ['i', 'o', 'f', 'c'],
  gru: ['z', 'r', 'h'],
};

export interface WeightError {
  /** `<layer>.<W, R, ...>` */
  readonly matrix: string;
  /** Of a recurrent layer. */
  readonly gate?: string;
  /** Root mean square of the error over that of the weights. */
  readonly relative: number;
  readonly largest: number;
}

export interface OutputError {
  readonly layer: string;
  /** Calibrated on the samples. */
  readonly range: readonly [number, number];
  /** Root mean square of the difference to float32 over that of the output. */
  readonly int8: number;
  readonly int8a7: number;
}

export interface QuantiseReport {
  readonly samples: number;
  readonly weights: readonly WeightError[];
  readonly outputs: readonly OutputError[];
  readonly activations: readonly ActivationError[];
}

/**
 * @param weights [plan.floats]
 * @param samples of the validation part, the first ones
 */
export function quantiseReport(
  kernels: TrainKernels,
  recipe: Recipe,
  data: TaskData,
  weights: Float32Array,
  samples: number,
): QuantiseReport {
  const count = Math.min(samples, data.valCount);
  return {
    samples: count,
    weights: weightErrors(recipe, weights),
    ...outputErrors(kernels, recipe, data, weights, count),
  };
}

function weightErrors(recipe: Recipe, weights: Float32Array): WeightError[] {
  const plan = planNetwork(recipe.network);
  const { restored } = quantiseNetwork(plan, weights);
  const errors: WeightError[] = [];
  for (const { name, shape, offset, size, matrix } of plan.parameters) {
    if (!matrix) continue;
    const layer = plan.nodes.find((node) => name.startsWith(`${node.name}.`));
    const gates = layer instanceof Recurrent ? GATE_NAMES[layer.cell] : [undefined];
    const dirs = shape.length === 3 ? shape[0]! : 1;
    // [dirs, gates, rows of a gate]
    const part = size / dirs / gates.length;
    gates.forEach((gate, g) => {
      const ratio = new Ratio();
      for (let dir = 0; dir < dirs; dir++) {
        const start = offset + (dir * gates.length + g) * part;
        for (let i = start; i < start + part; i++) ratio.add(weights[i]!, restored[i]!);
      }
      errors.push({
        matrix: name,
        ...(gate ? { gate } : {}),
        relative: ratio.relative,
        largest: ratio.largest,
      });
    });
  }
  return errors;
}

function outputErrors(
  kernels: TrainKernels,
  recipe: Recipe,
  data: TaskData,
  weights: Float32Array,
  samples: number,
): Pick<QuantiseReport, 'outputs' | 'activations'> {
  const layers = planNetwork(recipe.network).nodes.filter(({ sources }) => sources.length > 0);
  // The same parameters at the same places; only what leaves the network is more.
  const plan = planNetwork({ ...recipe.network, outputs: layers.map(({ name }) => name) });
  const { restored } = quantiseNetwork(plan, weights);
  const open = (rounds: boolean, own: Float32Array): Network => {
    const network = new Network(kernels, plan, { rounds });
    network.weights().set(own);
    return network;
  };
  const networks = {
    float32: open(false, weights),
    int8: open(false, restored),
    int8a7: open(true, restored),
  };
  const found = layers.map(({ name }) => ({
    name,
    low: Infinity,
    high: -Infinity,
    int8: new Ratio(),
    int8a7: new Ratio(),
  }));
  // What no product reads, tokens and what only leaves the network, is never rounded.
  const rounded = new Map(
    plan.nodes
      .filter(({ op }) => op === 'recurrent' || op === 'dense')
      .map(({ sources }) => plan.nodes[sources[0]!]!.name)
      .map((name) => [name, new ActivationErrors(name)]),
  );
  for (let sample = 0; sample < samples; sample++) {
    // One at a time: every step of it counts, and no other lane has to be told apart.
    const batch = data.batch('val', [sample], Random.fromSeed(0));
    const whole = networks.float32.forward(batch);
    const exact = new Map(Object.entries(whole).map(([name, y]) => [name, firstLane(y)]));
    for (const [name, errors] of rounded) {
      const of = whole[name] ?? batch.inputs[name]!;
      if (sample < samples / 2) errors.calibrate(of);
      else errors.measure(of);
    }
    for (const entry of found) {
      for (const value of exact.get(entry.name)!) {
        entry.low = Math.min(entry.low, value);
        entry.high = Math.max(entry.high, value);
      }
    }
    for (const kind of ['int8', 'int8a7'] as const) {
      const outputs = networks[kind].forward(batch);
      for (const entry of found) {
        const rounded = firstLane(outputs[entry.name]!);
        exact.get(entry.name)!.forEach((value, i) => {
          entry[kind].add(value, rounded[i]!);
        });
      }
    }
  }
  const outputs = found.map(
    ({ name, low, high, int8, int8a7 }): OutputError => ({
      layer: name,
      range: [low, high],
      int8: int8.relative,
      int8a7: int8a7.relative,
    }),
  );
  return { outputs, activations: [...rounded.values()].map((errors) => errors.found) };
}

function firstLane({
  data,
  T,
  F,
  lanes,
}: {
  data: Float32Array;
  T: number;
  F: number;
  lanes: number;
}): Float32Array {
  return Float32Array.from({ length: T * F }, (_, i) => data[i * lanes]!);
}
