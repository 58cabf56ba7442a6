/** Layer-, RMS-, Instance-, Group- and BatchNormalization, in float64 sums. */
import { attributeOf, type OnnxNode } from '@rivulet/core';
import { type Compute, computed, type Numbers } from '../computed.ts';
import type { Operator } from '../operator.ts';
import { axisOf, broadcast, count, shapeError, spreadStrides, stridesOf, type Value } from '../value.ts';

/** Mean and 1 / standard deviation of n numbers. */
function moments(data: Numbers, begin: number, n: number, epsilon: number): readonly [number, number] {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += data[begin + i]!;
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (data[begin + i]! - mean) ** 2;
  return [mean, 1 / Math.sqrt(squares / n + epsilon)];
}

/** Whether a tensor repeats as a whole along x: its dimensions are the last ones of x. */
export function repeats(own: readonly number[], shape: readonly number[]): boolean {
  const inner = own.slice(
    Math.max(
      0,
      own.findIndex((n) => n !== 1),
    ),
  );
  return count(own) === 1 || String(inner) === String(shape.slice(shape.length - inner.length));
}

/**
 * Which of its numbers stands at each place of x, to which it broadcasts; from the end of the list it begins again.
 * @throws MODEL_SHAPE
 */
function placesOf({ op }: OnnxNode, { shape: own }: Value, shape: readonly number[]): Int32Array {
  if (repeats(own, shape)) return Int32Array.from({ length: count(own) }, (_, i) => i);
  if (String(broadcast(op, shape, own)) !== String(shape)) {
    throw shapeError(op, `scale and bias must broadcast to [${shape}]`, own);
  }
  const [strides, steps] = [stridesOf(shape), spreadStrides(own, shape)];
  return Int32Array.from({ length: count(shape) }, (_, i) =>
    shape.reduce((at, n, d) => at + (Math.floor(i / strides[d]!) % n) * steps[d]!, 0),
  );
}

const layer: Compute = (node, [x, scale, bias]) => {
  const { shape } = x!;
  const axis = axisOf(attributeOf(node, 'axis', 'int', -1), shape.length, node.op);
  const epsilon = attributeOf(node, 'epsilon', 'float', 1e-5);
  const [rows, n] = [count(shape.slice(0, axis)), count(shape.slice(axis))];
  const places = placesOf(node, scale!, shape);
  const biasPlaces = bias && placesOf(node, bias, shape);
  const kept = shape.map((size, d) => (d < axis ? size : 1));
  return {
    outputs: [x!, { shape: kept, type: 'float32' }, { shape: kept, type: 'float32' }],
    run([data, scales, biases], [out, means, inverses]) {
      for (let r = 0; r < rows; r++) {
        const [mean, inverse] = moments(data!, r * n, n, epsilon);
        for (let i = r * n; i < (r + 1) * n; i++) {
          const scaled = (data![i]! - mean) * inverse * scales![places[i % places.length]!]!;
          out![i] = biasPlaces ? scaled + biases![biasPlaces[i % biasPlaces.length]!]! : scaled;
        }
        means![r] = mean;
        inverses![r] = inverse;
      }
    },
  };
};

/** By the root of the mean square, without a mean. */
const rms: Compute = (node, [x, scale]) => {
  const { shape } = x!;
  const axis = axisOf(attributeOf(node, 'axis', 'int', -1), shape.length, node.op);
  const epsilon = attributeOf(node, 'epsilon', 'float', 1e-5);
  const [rows, n] = [count(shape.slice(0, axis)), count(shape.slice(axis))];
  const places = placesOf(node, scale!, shape);
  return {
    outputs: [x!],
    run([data, scales], [out]) {
      for (let r = 0; r < rows; r++) {
        let squares = 0;
        for (let i = r * n; i < (r + 1) * n; i++) squares += data![i]! ** 2;
        const by = 1 / Math.sqrt(squares / n + epsilon);
        for (let i = r * n; i < (r + 1) * n; i++) {
          out![i] = data![i]! * by * scales![places[i % places.length]!]!;
        }
      }
    },
  };
};

/** [B, C, ...]: groups of channels by their own moments; a scale for each channel, before opset 21 for each group. */
const groups: Compute = (node, [x, scale, bias]) => {
  const { shape } = x!;
  const epsilon = attributeOf(node, 'epsilon', 'float', 1e-5);
  const parts = attributeOf(node, 'num_groups', 'int', 1);
  const C = shape[1] ?? 1;
  const inner = count(shape.slice(2));
  if (C % parts !== 0) throw shapeError(node.op, `${parts} groups of channels`, shape);
  const given = count(scale!.shape);
  if (![C, parts].includes(given) || count(bias!.shape) !== given) {
    throw shapeError(node.op, `scale and bias must be [${C}]`, scale!.shape);
  }
  const n = (C / parts) * inner;
  return {
    outputs: [x!],
    run([data, scales, biases], [out]) {
      for (let row = 0; row * n < out!.length; row++) {
        const [mean, inverse] = moments(data!, row * n, n, epsilon);
        for (let i = row * n; i < (row + 1) * n; i++) {
          const at = Math.floor((Math.floor(i / inner) % C) / (C / given));
          out![i] = (data![i]! - mean) * inverse * scales![at]! + biases![at]!;
        }
      }
    },
  };
};

/** [B, C, ...]: each channel of each one by its own moments (Instance), or by those it was trained with (Batch). */
const channels: Compute = (node, inputs) => {
  const { shape } = inputs[0]!;
  const epsilon = attributeOf(node, 'epsilon', 'float', 1e-5);
  const C = shape[1] ?? 1;
  const n = count(shape.slice(2));
  const wrong = inputs.slice(1).find((value) => count(value!.shape) !== C);
  if (wrong) throw shapeError(node.op, `${C} channels need as many numbers each`, wrong.shape);
  return {
    outputs: [inputs[0]!],
    run([data, scales, biases, means, variances], [out]) {
      for (let row = 0; row * n < out!.length; row++) {
        const c = row % C;
        const [mean, inverse] =
          node.op === 'BatchNormalization'
            ? [means![c]!, 1 / Math.sqrt(variances![c]! + epsilon)]
            : moments(data!, row * n, n, epsilon);
        const factor = inverse * scales![c]!;
        for (let i = row * n; i < (row + 1) * n; i++) out![i] = (data![i]! - mean) * factor + biases![c]!;
      }
    },
  };
};

export const NORMALISE: Readonly<Record<string, Operator>> = {
  LayerNormalization: computed(layer, { needs: 2 }),
  RMSNormalization: computed(rms, { needs: 2 }),
  GroupNormalization: computed(groups, { needs: 3 }),
  InstanceNormalization: computed(channels, { needs: 3 }),
  BatchNormalization: computed(channels, {
    needs: 5,
    refuses({ node, outputs }) {
      // Until opset 8: moments for each number instead of each channel.
      if (!attributeOf(node, 'spatial', 'int', 1)) return 'spatial=0';
      const trains = outputs.length > 1 || attributeOf(node, 'training_mode', 'int', 0);
      return trains ? 'training' : undefined;
    },
  }),
};
