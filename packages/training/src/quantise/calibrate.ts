/**
 * Runs the float32 network over samples of the training part, as training sees them, and keeps which values come into
 * each product with int8 weights. Neither validation nor test may say what a range is: they judge it.
 */
import { RivuletError } from '@rivulet/core';
import type { TrainKernels } from '@rivulet/kernels/train';
import { Network } from '../nn/network.ts';
import { planNetwork } from '../nn/networkPlan.ts';
import { isProduct } from '../nn/ops/rounded.ts';
import { Random } from '../random.ts';
import type { Recipe } from '../recipe.ts';
import type { TaskData } from '../task.ts';
import type { ActivationRanges, RangeBits } from './activationRange.ts';
import { chooseRange, type RangeMethod } from './chooseRange.ts';
import { firstLane } from './firstLane.ts';
import { ValueHistogram } from './valueHistogram.ts';

/** Values by the name of the node, an input or a layer, that a product reads. */
export type Calibration = ReadonlyMap<string, ValueHistogram>;

/** Some 20,000 steps of words: the percentile then has hundreds of values beyond it. */
const SAMPLES = 256;

/**
 * @param weights [plan.floats]
 * @throws DATA_INVALID naming the tensor and the sample where a value is no finite number
 */
export function calibrate(
  kernels: TrainKernels,
  { network, seed }: Recipe,
  data: TaskData,
  weights: Float32Array,
): Calibration {
  const { nodes } = planNetwork(network);
  const read = nodes.filter(isProduct).map(({ sources }) => nodes[sources[0]!]!);
  const layers = [...new Set(read.filter(({ sources }) => sources.length > 0).map(({ name }) => name))];
  const outputs = layers.length > 0 ? layers : network.outputs;
  const running = new Network(kernels, planNetwork({ ...network, outputs }));
  running.weights().set(weights);
  const values = new Map(read.map(({ name }) => [name, new ValueHistogram()]));
  const random = Random.fromSeed(seed).derive('calibration');
  const count = Math.min(SAMPLES, data.trainCount);
  for (let k = 0; k < count; k++) {
    // Spread over the whole part, one at a time: every step of it counts, and no other lane has to be told apart.
    const sample = Math.floor((k * data.trainCount) / count);
    const batch = data.batch('train', [sample], random);
    const found = running.forward(batch);
    for (const [name, histogram] of values) {
      for (const value of firstLane(found[name] ?? batch.inputs[name]!)) {
        if (!Number.isFinite(value))
          throw noNumber(name, value, data.sampleName?.('train', sample) ?? sample);
        histogram.add(value);
      }
    }
  }
  return values;
}

function noNumber(tensor: string, got: number, sample: string | number): RivuletError {
  const message = `Calibration: ${tensor} holds ${got} in the training sample ${sample}`;
  return new RivuletError('DATA_INVALID', message, { tensor, got: String(got), sample });
}

export function chooseRanges(values: Calibration, method: RangeMethod, bits: RangeBits): ActivationRanges {
  return new Map([...values].map(([name, histogram]) => [name, chooseRange(histogram, method, bits)]));
}
