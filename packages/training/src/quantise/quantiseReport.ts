/**
 * What rounding costs, layer by layer: the error of int8 weights for each gate, and on samples of the validation
 * part the range of each layer's outputs and how far they move with int8 weights, and with activations rounded too, to
 * 7 bits with a scale for each step or in ranges that were calibrated.
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
import type { ActivationRanges } from './activationRange.ts';
import { calibrate, chooseRanges } from './calibrate.ts';
import { byMethod, RANGE_METHODS, type RangeMethod } from './chooseRange.ts';
import { firstLane } from './firstLane.ts';
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
  /** On the samples. */
  readonly range: readonly [number, number];
  /** Root mean square of the difference to float32 over that of the output: int8 weights; 7-bit activations too. */
  readonly int8: number;
  readonly int8a7: number;
  /** Int8 weights, and activations in calibrated ranges. */
  readonly ranges: Readonly<Record<RangeMethod, number>>;
}

export interface QuantiseReport {
  readonly samples: number;
  /** Of the calibrated ranges that `outputs` are measured with. */
  readonly bits: 8 | 16;
  readonly weights: readonly WeightError[];
  readonly outputs: readonly OutputError[];
  readonly activations: readonly ActivationError[];
}

/**
 * @param weights [plan.floats]
 * @param samples of the validation part, the first ones; ranges are calibrated on the training part
 * @param bits of the ranges that outputs are measured with
 * @throws DATA_INVALID where calibration meets what is no number
 */
export function quantiseReport(
  kernels: TrainKernels,
  recipe: Recipe,
  data: TaskData,
  weights: Float32Array,
  samples: number,
  bits: 8 | 16 = 8,
): QuantiseReport {
  const count = Math.min(samples, data.valCount);
  return {
    samples: count,
    bits,
    weights: weightErrors(recipe, weights),
    ...outputErrors(kernels, recipe, data, weights, count, bits),
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
  bits: 8 | 16,
): Pick<QuantiseReport, 'outputs' | 'activations'> {
  const calibration = calibrate(kernels, recipe, data, weights);
  const layers = planNetwork(recipe.network).nodes.filter(({ sources }) => sources.length > 0);
  // The same parameters at the same places; only what leaves the network is more.
  const shown = { ...recipe.network, outputs: layers.map(({ name }) => name) };
  const { restored } = quantiseNetwork(planNetwork(shown), weights);
  const open = (own: Float32Array, ranges?: ActivationRanges, rounds = false): Network => {
    const network = new Network(kernels, planNetwork(shown, ranges), { rounds });
    network.weights().set(own);
    return network;
  };
  const float32 = open(weights);
  const rounding = {
    int8: open(restored),
    int8a7: open(restored, undefined, true),
    ...byMethod((method) => open(restored, chooseRanges(calibration, method, bits))),
  };
  const found = layers.map(({ name }) => ({
    name,
    low: Infinity,
    high: -Infinity,
    ratios: { int8: new Ratio(), int8a7: new Ratio(), ...byMethod(() => new Ratio()) },
  }));
  // What no product reads, tokens and what only leaves the network, is never rounded.
  const rounded = [...calibration].map(([name, values]) => new ActivationErrors(name, values));
  for (let sample = 0; sample < samples; sample++) {
    // One at a time: every step of it counts, and no other lane has to be told apart.
    const batch = data.batch('val', [sample], Random.fromSeed(0));
    const whole = float32.forward(batch);
    const exact = new Map(Object.entries(whole).map(([name, y]) => [name, firstLane(y)]));
    for (const errors of rounded) errors.measure(whole[errors.tensor] ?? batch.inputs[errors.tensor]!);
    for (const entry of found) {
      for (const value of exact.get(entry.name)!) {
        entry.low = Math.min(entry.low, value);
        entry.high = Math.max(entry.high, value);
      }
    }
    for (const kind of WAYS) {
      const outputs = rounding[kind].forward(batch);
      for (const { name, ratios } of found) {
        const own = firstLane(outputs[name]!);
        exact.get(name)!.forEach((value, i) => {
          ratios[kind].add(value, own[i]!);
        });
      }
    }
  }
  const outputs = found.map(
    ({ name, low, high, ratios }): OutputError => ({
      layer: name,
      range: [low, high],
      int8: ratios.int8.relative,
      int8a7: ratios.int8a7.relative,
      ranges: byMethod((method) => ratios[method].relative),
    }),
  );
  return { outputs, activations: rounded.flatMap((errors) => errors.found) };
}

const WAYS = ['int8', 'int8a7', ...RANGE_METHODS] as const;
