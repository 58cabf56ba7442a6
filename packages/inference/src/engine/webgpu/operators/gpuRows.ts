/** Softmax, normalisations, reductions, and Gather of places that the data names. */
import { attributeOf, type OnnxNode } from '@rivulet/core';
import {
  elementCall,
  gatherCall,
  MOST_REDUCED,
  normaliseCall,
  placeCall,
  type REDUCTIONS,
  reduceCall,
  softmaxCall,
} from '@rivulet/kernels/webgpu';
import { repeats } from '../../fused/operators/normalise.ts';
import { axesOf } from '../../fused/operators/reduce.ts';
import { axisOf, count, shapeError, spreadStrides, stridesOf, type Value } from '../../fused/value.ts';
import { merge } from '../../fused/walk.ts';
import { type GpuLoader, type GpuOperator, noKernel, rulesOf } from '../gpuOperator.ts';

const gpuSoftmax: GpuOperator = {
  ...rulesOf('Softmax'),
  prepare({ node, inputs }, { opset, pin }) {
    pin(inputs[0]);
    // Before opset 13 everything from the axis on is one row.
    const old = opset < 13;
    const wanted = attributeOf(node, 'axis', 'int', old ? 1 : -1);
    return (binder, [input]) => {
      const x = binder.device(input!);
      const axis = axisOf(wanted, x.shape.length, node.op);
      const width = old ? count(x.shape.slice(axis)) : x.shape[axis]!;
      const inner = old ? 1 : count(x.shape.slice(axis + 1));
      const rows = count(x.shape.slice(0, axis)) * inner;
      const y = binder.make(x.shape);
      const log = node.op === 'LogSoftmax';
      binder.call(softmaxCall({ rows, width, inner }, log, x.buffer.at, y.buffer.at));
      return [y];
    };
  },
};

const layerNormalisation: GpuOperator = {
  ...rulesOf('LayerNormalization'),
  refuses: ({ outputs }) => (outputs.slice(1).some(Boolean) ? 'its mean or deviation' : undefined),
  prepare({ node, inputs }, loader) {
    inputs.forEach(loader.pin);
    return (binder, values) => {
      const [x, scales, biases] = values.map((value) => value && binder.device(value));
      const { shape } = x!;
      const axis = axisOf(attributeOf(node, 'axis', 'int', -1), shape.length, node.op);
      const width = count(shape.slice(axis));
      const elements = count(scales!.shape);
      const wrong = [scales!, biases].find(
        (part) => part && (count(part.shape) !== elements || !repeats(part.shape, shape.slice(axis))),
      );
      if (wrong) throw noKernel(node, `a scale or bias of [${wrong.shape}]`);
      const y = binder.make(shape);
      const sizes = { rows: count(shape.slice(0, axis)), width, repeats: { elements } };
      const epsilon = attributeOf(node, 'epsilon', 'float', 1e-5);
      const places = { scales: scales!.buffer.at, biases: biases?.buffer.at };
      binder.call(normaliseCall({ ...sizes, epsilon, ...places }, x!.buffer.at, y.buffer.at));
      return [y];
    };
  },
};

/** [B, C, ...]: each channel of each one by its own moments. */
const instanceNormalisation: GpuOperator = {
  ...rulesOf('InstanceNormalization'),
  prepare({ node, inputs }, loader) {
    inputs.forEach(loader.pin);
    return (binder, values) => {
      const [x, scales, biases] = values.map((value) => binder.device(value!));
      const { shape } = x!;
      const channels = shape[1] ?? 1;
      const wrong = [scales!, biases!].find((value) => count(value.shape) !== channels);
      if (wrong) throw shapeError(node.op, `${channels} channels need as many numbers each`, wrong.shape);
      const y = binder.make(shape);
      const sizes = { rows: (shape[0] ?? 1) * channels, width: count(shape.slice(2)), repeats: { channels } };
      const epsilon = attributeOf(node, 'epsilon', 'float', 1e-5);
      const places = { scales: scales!.buffer.at, biases: biases!.buffer.at };
      binder.call(normaliseCall({ ...sizes, epsilon, ...places }, x!.buffer.at, y.buffer.at));
      return [y];
    };
  },
};

/** Each channel by the moments it was trained with: one factor and one addend, computed once. */
const batchNormalisation: GpuOperator = {
  ...rulesOf('BatchNormalization'),
  packs: [1, 2, 3, 4],
  refuses(plan, facts) {
    const fixed = plan.inputs.slice(1).every((name) => {
      const constant = facts.constant(name);
      return constant?.kind === 'plain' && constant.tensor.data instanceof Float32Array;
    });
    return fixed ? rulesOf('BatchNormalization').refuses(plan, facts) : 'moments that are not constant';
  },
  prepare({ node, inputs }, loader) {
    loader.pin(inputs[0]);
    const { trained, factors, addends } = packMoments(node, inputs, loader);
    return (binder, [input]) => {
      const x = binder.device(input!);
      const { shape } = x;
      const channels = shape[1] ?? 1;
      if (trained !== channels) {
        throw shapeError(node.op, `${channels} channels need as many numbers each`, [trained]);
      }
      const y = binder.make(shape);
      const each = spreadStrides([channels, ...shape.slice(2).map(() => 1)], shape);
      const walk = merge(shape, [stridesOf(shape), each, each]);
      const operands = [x.buffer.at, factors, addends];
      binder.call(elementCall({ floats: 'MultiplyAdd' }, walk, operands, y.buffer.at));
      return [y];
    };
  },
};

/** Apart from `prepare`, whose closures would keep what is only packed. */
function packMoments(node: OnnxNode, inputs: readonly string[], { machine, constant }: GpuLoader) {
  const epsilon = attributeOf(node, 'epsilon', 'float', 1e-5);
  const floats = (i: number): Float32Array => constant(inputs[i])!.tensor.data as Float32Array;
  const [scales, biases, means, variances] = [floats(1), floats(2), floats(3), floats(4)];
  const factors = scales.map((scale, c) => scale / Math.sqrt(variances[c]! + epsilon));
  const addends = factors.map((factor, c) => biases[c]! - means[c]! * factor);
  return {
    trained: factors.length,
    factors: machine.upload(factors),
    addends: machine.upload(addends),
  };
}

const FOLDS: Readonly<Record<string, keyof typeof REDUCTIONS>> = {
  ReduceSum: 'sum',
  ReduceMean: 'mean',
  ReduceMax: 'max',
  ReduceMin: 'min',
  ReduceProd: 'product',
  ReduceSumSquare: 'squares',
  ReduceL1: 'sizes',
  ReduceL2: 'root',
  GlobalAveragePool: 'mean',
  GlobalMaxPool: 'max',
};

/** Dimensions of a tensor as a kernel walks them: those on `axes`, or the others. */
function side({ shape }: Value, axes: ReadonlySet<number>, wanted: boolean) {
  const dimensions = [...shape.keys()].filter((axis) => axes.has(axis) === wanted);
  const strides = stridesOf(shape);
  const { sizes, strides: merged } = merge(
    dimensions.map((d) => shape[d]!),
    [dimensions.map((d) => strides[d]!)],
  );
  return { sizes, strides: merged[0]! };
}

function reduction(op: string): GpuOperator {
  return {
    ...rulesOf(op),
    prepare({ node, inputs }, loader) {
      loader.pin(inputs[0]);
      return (binder, [input, given]) => {
        if (input!.type !== 'float32') throw noKernel(node, 'of integers');
        const x = binder.device(input!);
        const axes = new Set(axesOf(node, x, given));
        const [inner, outer] = [side(x, axes, true), side(x, axes, false)];
        if (Math.max(inner.sizes.length, outer.sizes.length) > MOST_REDUCED) {
          throw noKernel(node, `axes ${[...axes].join(', ')} of ${x.shape.length} dimensions`);
        }
        const keep = attributeOf(node, 'keepdims', 'int', 1) !== 0;
        const y = binder.make(x.shape.flatMap((n, d) => (!axes.has(d) ? n : keep ? 1 : [])));
        binder.call(reduceCall(FOLDS[node.op]!, { inner, outer }, x.buffer.at, y.buffer.at));
        return [y];
      };
    },
  };
}

const gpuArg: GpuOperator = {
  ...rulesOf('ArgMax'),
  prepare({ node, inputs }, loader) {
    loader.pin(inputs[0]);
    return (binder, [input]) => {
      if (input!.type !== 'float32') throw noKernel(node, 'of integers');
      const x = binder.device(input!);
      const axis = axisOf(attributeOf(node, 'axis', 'int', 0), x.shape.length, node.op);
      if (x.shape[axis] === 0)
        throw shapeError(node.op, `nothing to choose from along axis ${axis}`, x.shape);
      const axes = new Set([axis]);
      const keep = attributeOf(node, 'keepdims', 'int', 1) !== 0;
      const y = binder.make(
        x.shape.flatMap((n, d) => (d !== axis ? n : keep ? 1 : [])),
        'int32',
      );
      const last = attributeOf(node, 'select_last_index', 'int', 0) !== 0;
      const sides = { inner: side(x, axes, true), outer: side(x, axes, false) };
      const which = { smallest: node.op === 'ArgMin', last };
      binder.call(placeCall(which, sides, x.buffer.at, y.buffer.at));
      return [y];
    };
  },
};

/** Rows at places that the data names: embeddings. */
export const gpuGather: GpuOperator = {
  ...rulesOf('Gather'),
  prepare({ node, inputs }, loader) {
    loader.pin(inputs[0]);
    return (binder, [table, places]) => {
      const x = binder.place(table!);
      const indices = binder.device(places!, 'int32');
      const { shape } = x;
      const axis = axisOf(attributeOf(node, 'axis', 'int', 0), shape.length, node.op);
      const size = shape[axis]!;
      binder.check({ op: node.op, what: 'index', size }, [-size, size - 1], indices);
      const y = binder.make([...shape.slice(0, axis), ...indices.shape, ...shape.slice(axis + 1)], x.type);
      const counts = {
        outer: count(shape.slice(0, axis)),
        size,
        row: count(shape.slice(axis + 1)),
        places: count(indices.shape),
      };
      binder.call(gatherCall(counts, x.buffer.at, indices.buffer.at, y.buffer.at));
      return [y];
    };
  },
};

export const GPU_ROWS: Readonly<Record<string, GpuOperator>> = {
  Softmax: gpuSoftmax,
  LogSoftmax: gpuSoftmax,
  LayerNormalization: layerNormalisation,
  InstanceNormalization: instanceNormalisation,
  BatchNormalization: batchNormalisation,
  ...Object.fromEntries(Object.keys(FOLDS).map((op) => [op, reduction(op)])),
  ArgMax: gpuArg,
  ArgMin: gpuArg,
};
