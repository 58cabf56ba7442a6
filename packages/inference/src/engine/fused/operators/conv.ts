/** Conv in any number of dimensions, with constant weights: its windows as rows, and one product by the packed matrix. */
import { attributeOf, type OnnxNode } from '@rivulet/core';
import { packMatrix, scratchBytes } from '@rivulet/kernels/infer';
import type { Binder } from '../binder.ts';
import { matrixOf } from '../constants.ts';
import type { Loader, Operator } from '../operator.ts';
import { stridedCopy } from '../stridedCopy.ts';
import { count, type DeviceValue, shapeError, stridesOf } from '../value.ts';
import { biasOf } from './dense.ts';
import { type Window, windowsOf } from './windows.ts';

export const conv: Operator = {
  packs: [1, 2],
  needs: 2,

  refuses({ node, inputs }, facts) {
    const weights = matrixOf(facts.constant(inputs[1]), [0]);
    if (!weights) return 'weights that are not constant';
    const [outputs = 0] = weights.shape;
    const groups = attributeOf(node, 'group', 'int', 1);
    if (weights.shape.length < 3 || weights.shape.includes(0) || groups < 1 || outputs % groups !== 0)
      return `weights of shape [${weights.shape}]`;
    return inputs[2] && !biasOf(facts.constant(inputs[2]), outputs)
      ? 'a bias that is no constant row'
      : undefined;
  },

  prepare({ node, inputs }, loader) {
    loader.pin(inputs[0]);
    const { shape, groups, packed } = packGroups(node, inputs, loader);
    const [M = 0, C = 0, ...kernel] = shape;
    const [N, K] = [M / groups, C * count(kernel)];
    return (binder, [input]) => {
      const { machine } = binder;
      const x = binder.device(input!);
      if (x.shape.length !== shape.length || x.shape[1] !== C * groups) {
        throw shapeError(node.op, `X must be [B, ${C * groups}, ...]`, x.shape);
      }
      const windows = windowsOf(node, x.shape, kernel);
      const places = windows.map(({ outputs }) => outputs);
      const y = binder.make([x.shape[0]!, M, ...places]);
      if (count(y.shape) === 0) return [y];
      const from = padded(binder, x, windows);
      const P = count(places);
      const rows = binder.temporary(P * K * 4);
      const products = binder.temporary(P * N * 4);
      const scratch = binder.temporary(scratchBytes(machine, packed[0]!.matrix, P));
      const strides = stridesOf(from.shape);
      const spatial = strides.slice(2);
      const box = [...places, C, ...kernel];
      const reads = [
        ...spatial.map((stride, d) => stride * windows[d]!.stride),
        strides[1]!,
        ...spatial.map((stride, d) => stride * windows[d]!.dilation),
      ];
      const { multiply } = machine.wasm;
      for (let b = 0; b < x.shape[0]!; b++) {
        packed.forEach((group, g) => {
          const start = (from.buffer.at >> 2) + b * strides[0]! + g * C * strides[1]!;
          const to = (y.buffer.at >> 2) + (b * M + g * N) * P;
          binder.step(
            stridedCopy(
              machine,
              box,
              { start, strides: reads },
              { start: rows >> 2, strides: stridesOf(box) },
            ),
          );
          binder.step(() => multiply(group.matrix.at, rows, K * 4, P, products, N * 4, group.bias, scratch));
          binder.step(
            stridedCopy(
              machine,
              [N, P],
              { start: products >> 2, strides: [1, N] },
              { start: to, strides: [P, 1] },
            ),
          );
        });
      }
      return [y];
    };
  },
};

/** Apart from `prepare`, whose closures would keep the weights as the file has them. */
function packGroups(node: OnnxNode, inputs: readonly string[], { machine, constant }: Loader) {
  const { shape, data, scales } = matrixOf(constant(inputs[1]), [0])!;
  const groups = attributeOf(node, 'group', 'int', 1);
  const [M = 0, C = 0, ...kernel] = shape;
  const [N, K] = [M / groups, C * count(kernel)];
  const bias = inputs[2] ? biasOf(constant(inputs[2]), M)! : new Float32Array(M);
  const packed = Array.from({ length: groups }, (_, g) => ({
    matrix: packMatrix(machine, {
      data: data.subarray(g * N * K, (g + 1) * N * K),
      scales: scales?.subarray(g * N, (g + 1) * N),
      outputs: N,
      inputs: K,
    }),
    bias: machine.upload(bias.subarray(g * N, (g + 1) * N)),
  }));
  return { shape, groups, packed };
}

/** The tensor between its zeros; itself where there are none. */
function padded(binder: Binder, x: DeviceValue, windows: readonly Window[]): DeviceValue {
  if (windows.every(({ before, after }) => before + after === 0)) return x;
  const shape = [...x.shape.slice(0, 2), ...windows.map(({ size, before, after }) => size + before + after)];
  const at = binder.temporary(count(shape) * 4);
  const strides = stridesOf(shape);
  const inner = windows.reduce((sum, { before }, d) => sum + before * strides[2 + d]!, at >> 2);
  const { machine } = binder;
  binder.step(() => machine.f32.fill(0, at >> 2, (at >> 2) + count(shape)));
  binder.step(
    stridedCopy(
      machine,
      x.shape,
      { start: x.buffer.at >> 2, strides: stridesOf(x.shape) },
      { start: inner, strides },
    ),
  );
  return { ...x, shape, buffer: { at, bytes: count(shape) * 4, readers: Number.POSITIVE_INFINITY } };
}
