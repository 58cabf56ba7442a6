/**
 * ConvTranspose in any number of dimensions, with constant weights: what a convolution in strides leads back from. It
 * is a convolution without strides itself, of the turned kernel over the numbers with zeros between them.
 */
import { attributeOf, type OnnxNode } from '@rivulet/core';
import { matrixOf } from '../constants.ts';
import type { Loader, Operator } from '../operator.ts';
import { count, shapeError } from '../value.ts';
import { biasOf } from './dense.ts';
import { amongZeros, packGroup, slidingProduct } from './slidingProduct.ts';

export const convTranspose: Operator = {
  packs: [1, 2],
  needs: 2,

  refuses({ node, inputs }, facts) {
    const weights = matrixOf(facts.constant(inputs[1]), [1]);
    if (!weights) return 'weights that are not constant';
    const [channels = 0, N = 0] = weights.shape;
    const groups = attributeOf(node, 'group', 'int', 1);
    if (weights.shape.length < 3 || weights.shape.includes(0) || groups < 1 || channels % groups !== 0)
      return `weights of shape [${weights.shape}]`;
    return inputs[2] && !biasOf(facts.constant(inputs[2]), N * groups)
      ? 'a bias that is no constant row'
      : undefined;
  },

  prepare({ node, inputs }, loader) {
    loader.pin(inputs[0]);
    const { channels, N, kernel, packed } = packTurned(node, inputs, loader);
    return (binder, [input]) => {
      const x = binder.device(input!);
      const wanted = channels * packed.length;
      if (x.shape.length !== kernel.length + 2 || x.shape[1] !== wanted || x.shape.includes(0, 2)) {
        throw shapeError(node.op, `X must be [B, ${wanted}, ...]`, x.shape);
      }
      const ways = waysBack(node, x.shape, kernel);
      const y = binder.make([x.shape[0]!, N * packed.length, ...ways.map(({ outputs }) => outputs)]);
      if (count(y.shape) === 0) return [y];
      const from = amongZeros(
        binder,
        x,
        ways.map(({ length }) => length),
        ways.map(({ before }) => before),
        ways.map(({ stride }) => stride),
      );
      const windows = { from, first: ways.map(({ first }) => first), channels, kernel };
      const strides = kernel.map(() => 1);
      slidingProduct(
        binder,
        packed,
        { ...windows, strides, dilations: ways.map(({ dilation }) => dilation) },
        y,
      );
      return [y];
    };
  },
};

/** From [C, N, ...kernel] to [N, C, ...kernel] of each group, each kernel from its end. */
function packTurned(node: OnnxNode, inputs: readonly string[], { machine, constant }: Loader) {
  const { shape, data, scales } = matrixOf(constant(inputs[1]), [1])!;
  const groups = attributeOf(node, 'group', 'int', 1);
  const [all = 0, N = 0, ...kernel] = shape;
  const [channels, size] = [all / groups, count(kernel)];
  const K = channels * size;
  const bias = inputs[2] ? biasOf(constant(inputs[2]), N * groups)! : new Float32Array(N * groups);
  const packed = Array.from({ length: groups }, (_, g) => {
    const own = data.subarray(g * N * K, (g + 1) * N * K);
    const turned = own.slice();
    for (let i = 0; i < turned.length; i++) {
      const [n, c, k] = [Math.floor(i / K), Math.floor(i / size) % channels, i % size];
      turned[i] = own[(c * N + n) * size + (size - 1 - k)]!;
    }
    const matrix = { data: turned, scales, outputs: N, inputs: K };
    return packGroup(machine, matrix, bias.subarray(g * N, (g + 1) * N));
  });
  return { channels, N, kernel, packed };
}

/** Of one dimension. */
interface WayBack {
  /** From one number to the next, among zeros. */
  readonly stride: number;
  readonly dilation: number;
  readonly outputs: number;
  /** Of the row with its zeros: how long it is, where the first number stands, where the first window begins. */
  readonly length: number;
  readonly before: number;
  readonly first: number;
}

/** @param shape [B, C, ...sizes]. @throws MODEL_SHAPE */
function waysBack(node: OnnxNode, shape: readonly number[], kernel: readonly number[]): WayBack[] {
  const zeros = kernel.map(() => 0);
  const ones = kernel.map(() => 1);
  const strides = attributeOf(node, 'strides', 'ints', ones);
  const dilations = attributeOf(node, 'dilations', 'ints', ones);
  const added = attributeOf(node, 'output_padding', 'ints', zeros);
  const pads = attributeOf(node, 'pads', 'ints', [...zeros, ...zeros]);
  const auto = attributeOf(node, 'auto_pad', 'string', 'NOTSET');
  const wanted = attributeOf(node, 'output_shape', 'ints', []);
  return kernel.map((k, d): WayBack => {
    const [size, stride = 0, dilation = 0, extra = 0] = [shape[2 + d]!, strides[d], dilations[d], added[d]];
    const reach = dilation * (k - 1) + 1;
    const all = (size - 1) * stride + extra + reach;
    let [before = 0, outputs] = auto === 'NOTSET' ? [pads[d], 0] : [0, 0];
    if (wanted.length > 0 || auto.startsWith('SAME')) {
      outputs = wanted.length > 0 ? (wanted[d] ?? -1) : size * stride;
      const total = Math.max(0, all - outputs);
      before = auto === 'SAME_UPPER' ? Math.floor(total / 2) : Math.ceil(total / 2);
    } else outputs = all - before - (auto === 'NOTSET' ? (pads[kernel.length + d] ?? 0) : 0);
    const valid = [k, stride, dilation].every((n) => Number.isInteger(n) && n > 0) && outputs >= 0;
    if (!valid || before < 0 || extra < 0 || !Number.isFinite(outputs)) {
      throw shapeError(node.op, `windows of ${k}, stride ${stride}, do not lead back`, shape);
    }
    const around = reach - 1 - before;
    const first = Math.max(0, -around);
    const spread = Math.max(0, around) + (size - 1) * stride + 1;
    return {
      ...{ stride, dilation, outputs, first, before: Math.max(0, around) },
      length: Math.max(spread, first + outputs - 1 + reach),
    };
  });
}
