/** Conv in any number of dimensions, with constant weights: its windows as rows, and one product for all of them. */
import { attributeOf, type OnnxNode } from '@rivulet/core';
import { copyCall, fillCall, productCall } from '@rivulet/kernels/webgpu';
import { hostValue } from '../../fused/constants.ts';
import { biasOf } from '../../fused/operators/dense.ts';
import { type Window, windowsOf } from '../../fused/operators/windows.ts';
import { count, type DeviceValue, shapeError, stridesOf } from '../../fused/value.ts';
import { merge } from '../../fused/walk.ts';
import type { GpuBinder, GpuPlace } from '../gpuBinder.ts';
import { type GpuLoader, type GpuOperator, rulesOf } from '../gpuOperator.ts';

export const gpuConv: GpuOperator = {
  ...rulesOf('Conv'),

  prepare({ node, inputs }, loader) {
    loader.pin(inputs[0]);
    const { shape, groups, packed } = packGroups(node, inputs, loader);
    const [M = 0, C = 0, ...kernel] = shape;
    const [N, K] = [M / groups, C * count(kernel)];
    return (binder, [input]) => {
      const x = binder.device(input!);
      if (x.shape.length !== shape.length || x.shape[1] !== C * groups) {
        throw shapeError(node.op, `X must be [B, ${C * groups}, ...]`, x.shape);
      }
      const windows = windowsOf(node, x.shape, kernel);
      const places = windows.map(({ outputs }) => outputs);
      const [B, P] = [x.shape[0]!, count(places)];
      const y = binder.make([B, M, ...places]);
      if (count(y.shape) === 0) return [y];
      const from = padded(binder, x, windows);
      const rows = binder.temporary(B * P * K * 4);
      const products = binder.temporary(B * P * N * 4);
      const strides = stridesOf(from.shape);
      const spatial = strides.slice(2);
      const box = [B, ...places, C, ...kernel];
      const reads = [
        strides[0]!,
        ...spatial.map((stride, d) => stride * windows[d]!.stride),
        strides[1]!,
        ...spatial.map((stride, d) => stride * windows[d]!.dilation),
      ];
      packed.forEach(({ weights, bias }, g) => {
        const windowed = { ...merge(box, [reads, stridesOf(box)]), starts: [g * C * strides[1]!, 0] };
        const turned = {
          sizes: [B, N, P],
          strides: [
            [P * N, 1, N],
            [M * P, P, 1],
          ],
          starts: [0, g * N * P],
        };
        const product = productCall<GpuPlace>({
          ...{ rows: B * P, columns: N, depth: K },
          a: { place: rows, row: K, step: 1 },
          b: { place: weights, row: 1, step: K },
          bias: bias && { place: bias, row: 0, step: 1 },
          to: products,
        });
        const { at } = y.buffer;
        binder.call(copyCall(windowed, from.buffer.at, rows), product, copyCall(turned, products, at));
      });
      return [y];
    };
  },
};

/** Apart from `prepare`, whose closures would keep what is only packed. */
function packGroups(
  node: OnnxNode,
  inputs: readonly string[],
  { machine, constant }: GpuLoader,
): {
  readonly shape: readonly number[];
  readonly groups: number;
  readonly packed: readonly { readonly weights: GPUBuffer; readonly bias: GPUBuffer | undefined }[];
} {
  const { shape, data } = hostValue(constant(inputs[1])!);
  const floats = Float32Array.from(data);
  const groups = attributeOf(node, 'group', 'int', 1);
  const M = shape[0]!;
  const bias = inputs[2] ? biasOf(constant(inputs[2]), M) : undefined;
  const part = (all: Float32Array, g: number): GPUBuffer =>
    machine.upload(all.subarray((g * all.length) / groups, ((g + 1) * all.length) / groups));
  const packed = Array.from({ length: groups }, (_, g) => ({
    weights: part(floats, g),
    bias: bias && part(bias, g),
  }));
  return { shape, groups, packed };
}

/** The tensor between its zeros; itself where there are none. */
function padded(binder: GpuBinder, x: DeviceValue, windows: readonly Window[]): DeviceValue {
  if (windows.every(({ before, after }) => before + after === 0)) return x;
  const shape = [...x.shape.slice(0, 2), ...windows.map(({ size, before, after }) => size + before + after)];
  const bytes = count(shape) * 4;
  const at = binder.temporary(bytes);
  const strides = stridesOf(shape);
  const inner = windows.reduce((sum, { before }, d) => sum + before * strides[2 + d]!, 0);
  const walk = { ...merge(x.shape, [stridesOf(x.shape), strides]), starts: [0, inner] };
  binder.call(fillCall(count(shape), 0, at), copyCall(walk, x.buffer.at, at));
  return { ...x, shape, buffer: { at, bytes, readers: Number.POSITIVE_INFINITY } };
}
