/** Conv in any number of dimensions, with constant weights: its windows as rows, and one product by the packed matrix. */
import { attributeOf, type OnnxNode } from '@rivulet/core';
import type { Binder } from '../binder.ts';
import { matrixOf } from '../constants.ts';
import type { Loader, Operator } from '../operator.ts';
import { count, type DeviceValue, shapeError } from '../value.ts';
import { biasOf } from './dense.ts';
import { amongZeros, packGroup, slidingProduct } from './slidingProduct.ts';
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
    return (binder, [input]) => {
      const x = binder.device(input!);
      if (x.shape.length !== shape.length || x.shape[1] !== C * groups) {
        throw shapeError(node.op, `X must be [B, ${C * groups}, ...]`, x.shape);
      }
      const windows = windowsOf(node, x.shape, kernel);
      const places = windows.map(({ outputs }) => outputs);
      const y = binder.make([x.shape[0]!, M, ...places]);
      if (count(y.shape) === 0) return [y];
      slidingProduct(
        binder,
        packed,
        {
          from: padded(binder, x, windows),
          ...{ channels: C, kernel },
          dilations: windows.map(({ dilation }) => dilation),
          strides: windows.map(({ stride }) => stride),
        },
        y,
      );
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
  const packed = Array.from({ length: groups }, (_, g) =>
    packGroup(
      machine,
      {
        data: data.subarray(g * N * K, (g + 1) * N * K),
        scales: scales?.subarray(g * N, (g + 1) * N),
        outputs: N,
        inputs: K,
      },
      bias.subarray(g * N, (g + 1) * N),
    ),
  );
  return { shape, groups, packed };
}

/** The tensor between its zeros; itself where there are none. */
function padded(binder: Binder, x: DeviceValue, windows: readonly Window[]): DeviceValue {
  if (windows.every(({ before, after }) => before + after === 0)) return x;
  return amongZeros(
    binder,
    x,
    windows.map(({ size, before, after }) => size + before + after),
    windows.map(({ before }) => before),
  );
}
