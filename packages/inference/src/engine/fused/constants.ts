/** The graph's constants: initializers, Constant nodes, and int8 weights behind a DequantizeLinear. */
import {
  attributeOf,
  fromHalf,
  type OnnxGraph,
  type OnnxNode,
  type OnnxTensor,
  RivuletError,
  sizeOf,
} from '@rivulet/core';
import { type HostValue, isDouble } from './value.ts';

/** Symmetric int8 numbers; element = scale * int8, the scale broadcast to the shape. */
export interface Quantised {
  readonly shape: readonly number[];
  readonly data: Int8Array;
  readonly scales: Float32Array;
  /** Of the shape's rank; each dimension is 1 or the shape's own. */
  readonly scaleShape: readonly number[];
}

export type Constant =
  | { readonly kind: 'plain'; readonly tensor: OnnxTensor }
  | { readonly kind: 'quantised'; readonly tensor: Quantised };

/**
 * @param settle computes a node whose inputs are all constants, where it can
 * @returns every constant by name; nodes that are no more than constants are thereby settled
 */
export function constantsOf(
  graph: Pick<OnnxGraph, 'nodes' | 'initializers'>,
  settle: (node: OnnxNode, inputs: readonly (HostValue | undefined)[]) => readonly HostValue[] | undefined,
): Map<string, Constant> {
  const constants = new Map<string, Constant>();
  for (const tensor of graph.initializers) {
    checkSize(tensor);
    constants.set(tensor.name, { kind: 'plain', tensor: widened(tensor) });
  }
  for (const node of graph.nodes) {
    const [output = ''] = node.outputs;
    if (node.domain) continue;
    if (node.op === 'Constant') {
      const tensor = constantNode(node);
      if (tensor) constants.set(output, { kind: 'plain', tensor: widened(tensor) });
    } else if (node.op === 'Identity') {
      const same = constants.get(node.inputs[0] ?? '');
      if (same) constants.set(output, same);
    } else if (node.op === 'DequantizeLinear') {
      const constant = dequantised(node, constants);
      if (constant) constants.set(output, constant);
    } else if (node.inputs.every((name) => name === '' || constants.has(name))) {
      const inputs = node.inputs.map((name) => (name ? hostValue(constants.get(name)!) : undefined));
      settle(node, inputs)?.forEach((value, i) => {
        const name = node.outputs[i];
        if (name) constants.set(name, { kind: 'plain', tensor: { name, ...constantTensor(value) } });
      });
    }
  }
  return constants;
}

function constantTensor(value: HostValue): Omit<OnnxTensor, 'name'> {
  const { type, shape, data } = value;
  if (isDouble(value)) return { shape, type: 'float64', data: Float64Array.from(data) };
  return type === 'float32'
    ? { shape, type, data: Float32Array.from(data) }
    : { shape, type: 'int64', data: BigInt64Array.from(Array.from(data), toInt64) };
}

/** As a number "to the end", the last of int64, is 2^63, which would come round to the first. */
const toInt64 = (value: number): bigint => (value < 2 ** 63 ? BigInt(value) : 2n ** 63n - 1n);

/** Floats of 16 bits are computed in float32, which holds each of their numbers; half the file is what they save. */
export function widened(tensor: OnnxTensor): OnnxTensor {
  const { type, data } = tensor;
  if (type === 'float16') {
    return { ...tensor, type: 'float32', data: Float32Array.from(data as Uint16Array, fromHalf) };
  }
  if (type === 'bfloat16') {
    // The upper half of the same number in float32.
    const bits = Uint32Array.from(data as Uint16Array, (upper) => upper << 16);
    return { ...tensor, type: 'float32', data: new Float32Array(bits.buffer) };
  }
  return tensor;
}

function checkSize({ name, shape, data }: OnnxTensor): void {
  if (sizeOf(shape) !== data.length) {
    throw new RivuletError(
      'ONNX_PARSE',
      `initializer ${name} [${shape.join(', ')}] has ${data.length} elements`,
      {
        tensor: name,
        expected: sizeOf(shape),
        got: data.length,
      },
    );
  }
}

function constantNode(node: OnnxNode): OnnxTensor | undefined {
  const { value, value_int, value_ints, value_float, value_floats } = node.attributes;
  if (value?.kind === 'tensor') return value.value;
  const ints = value_ints?.kind === 'ints' ? value_ints.value : undefined;
  const floats = value_floats?.kind === 'floats' ? value_floats.value : undefined;
  if (ints) return { name: '', shape: [ints.length], type: 'int64', data: BigInt64Array.from(ints, toInt64) };
  if (floats) return { name: '', shape: [floats.length], type: 'float32', data: Float32Array.from(floats) };
  if (value_int?.kind === 'int') {
    return { name: '', shape: [], type: 'int64', data: BigInt64Array.of(toInt64(value_int.value)) };
  }
  if (value_float?.kind === 'float') {
    return { name: '', shape: [], type: 'float32', data: Float32Array.of(value_float.value) };
  }
  return undefined;
}

/** Settled when all its inputs are constants; a form that is not ONNX's is left for a runtime to refuse. */
function dequantised(node: OnnxNode, constants: ReadonlyMap<string, Constant>): Constant | undefined {
  const [x, scale, zero] = node.inputs.map((name) => constants.get(name));
  if (x?.kind !== 'plain' || scale?.kind !== 'plain') return undefined;
  if (node.inputs[2] && zero?.kind !== 'plain') return undefined;
  const { shape, data } = x.tensor;
  const scales = scale.tensor.data;
  if (!(scales instanceof Float32Array)) return undefined;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array || data instanceof Float32Array)
    return undefined;
  const scaleShape = scaleShapeOf(node, shape, scale.tensor);
  if (!scaleShape) return undefined;
  const zeros = zero?.kind === 'plain' ? Array.from(zero.tensor.data, Number) : [0];
  if (zeros.length !== 1 && zeros.length !== scales.length) return undefined;
  // Unsigned bytes around 128 are signed ones around 0.
  const shift = data instanceof Uint8Array ? 128 : 0;
  const whole = scaleShape.every((n, i) => n === 1 || n === shape[i]);
  const bytes = data instanceof Int8Array || data instanceof Uint8Array;
  if (whole && bytes && zeros.every((z) => z === shift)) {
    const int8 = data instanceof Int8Array ? data : Int8Array.from(data, (value) => value - shift);
    return { kind: 'quantised', tensor: { shape, data: int8, scales, scaleShape } };
  }
  const restored = new Float32Array(data.length);
  forEachScale(shape, scaleShape, (i, s) => {
    restored[i] = (data[i]! - zeros[zeros.length === 1 ? 0 : s]!) * scales[s]!;
  });
  return { kind: 'plain', tensor: { name: '', shape, type: 'float32', data: restored } };
}

/** Shape of the scales at the rank of the data: one, one for each place on an axis, or one for each block. */
function scaleShapeOf(node: OnnxNode, shape: readonly number[], scale: OnnxTensor): number[] | undefined {
  if (scale.data.length === 1) return shape.map(() => 1);
  const axis = attributeOf(node, 'axis', 'int', 1);
  const at = axis < 0 ? axis + shape.length : axis;
  if (scale.shape.length === 1 && scale.shape[0] === shape[at]) {
    return shape.map((n, i) => (i === at ? n : 1));
  }
  const block = attributeOf(node, 'block_size', 'int', 0);
  const fits =
    block > 0 &&
    scale.shape.length === shape.length &&
    scale.shape.every((n, i) => n === (i === at ? Math.ceil(shape[i]! / block) : shape[i]));
  return fits ? [...scale.shape] : undefined;
}

/** Visits every element with the index of its scale. */
function forEachScale(
  shape: readonly number[],
  scaleShape: readonly number[],
  visit: (element: number, scale: number) => void,
): void {
  const total = sizeOf(shape);
  const at = shape.map(() => 0);
  for (let i = 0; i < total; i++) {
    let s = 0;
    for (let d = 0; d < shape.length; d++) {
      const per = Math.ceil(shape[d]! / scaleShape[d]!);
      s = s * scaleShape[d]! + Math.floor(at[d]! / per);
    }
    visit(i, s);
    for (let d = shape.length - 1; d >= 0 && ++at[d]! === shape[d]; d--) at[d] = 0;
  }
}

/** A matrix for packing: its int8 numbers with a scale for each output where they have one, else floats. */
export interface MatrixConstant {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int8Array;
  /** One for each output, with int8 data. */
  readonly scales?: Float32Array;
}

/**
 * @param outputAxes the axes that count outputs, in order; the scale must not change along the others
 * @returns undefined when the constant is neither float32 nor int8 behind a DequantizeLinear
 */
export function matrixOf(
  constant: Constant | undefined,
  outputAxes: readonly number[],
): MatrixConstant | undefined {
  if (constant?.kind === 'plain') {
    const { data, shape } = constant.tensor;
    return data instanceof Float32Array ? { shape, data } : undefined;
  }
  if (!constant) return undefined;
  const { shape, data, scales, scaleShape } = constant.tensor;
  if (scaleShape.some((n, i) => n !== 1 && !outputAxes.includes(i))) {
    return { shape, data: restore(constant.tensor) };
  }
  const outputs = outputAxes.map((axis) => shape[axis]!);
  const spread = spreadScales(
    scales,
    outputAxes.map((axis) => scaleShape[axis]!),
    outputs,
  );
  return { shape, data, scales: spread };
}

/** @returns the scale of each output */
function spreadScales(
  scales: Float32Array,
  scaleShape: readonly number[],
  outputs: readonly number[],
): Float32Array {
  const spread = new Float32Array(sizeOf(outputs));
  const first = scaleShape.findIndex((n) => n !== 1);
  if (first < 0) return spread.fill(scales[0]!);
  // Most files: all of them again for each direction. Element by element it is a fifth of loading a model.
  if (scaleShape.every((n, d) => d < first || n === outputs[d])) {
    for (let at = 0; at < spread.length; at += scales.length) spread.set(scales, at);
  } else {
    forEachScale(outputs, scaleShape, (i, s) => {
      spread[i] = scales[s]!;
    });
  }
  return spread;
}

/** Floats as the file has them. */
export function floatsOf(constant: Constant | undefined): Float32Array | undefined {
  const data = constant?.kind === 'plain' ? constant.tensor.data : undefined;
  return data instanceof Float32Array ? data : undefined;
}

export function restore({ shape, data, scales, scaleShape }: Quantised): Float32Array {
  const out = new Float32Array(data.length);
  forEachScale(shape, scaleShape, (i, s) => {
    out[i] = data[i]! * scales[s]!;
  });
  return out;
}

/** With data of its own, no view of the file. */
export function copied(constant: Constant): Constant {
  const { kind, tensor } = constant;
  return kind === 'plain'
    ? { kind, tensor: { ...tensor, data: tensor.data.slice() } }
    : { kind, tensor: { ...tensor, data: tensor.data.slice(), scales: tensor.scales.slice() } };
}

/** A constant as numbers; int64 beyond 2^53 ("to the end" of a Slice) is rounded. */
export function hostValue(constant: Constant): HostValue {
  const { shape } = constant.tensor;
  if (constant.kind === 'quantised') {
    return { place: 'host', type: 'float32', shape, data: restore(constant.tensor) };
  }
  const { data } = constant.tensor;
  const type = data instanceof Float32Array || data instanceof Float64Array ? 'float32' : 'int32';
  const wide = data instanceof BigInt64Array || data instanceof BigUint64Array;
  return { place: 'host', type, shape, data: wide ? Array.from(data, Number) : data };
}
