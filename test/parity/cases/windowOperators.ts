/** Conv and pooling in front of a recurrent network. */
import { attr, type OnnxNode } from '@rivulet/core';
import { type Case, floats, node, one } from '../operatorCase.ts';

const convolved = (
  name: string,
  x: readonly number[],
  w: readonly number[],
  attributes: OnnxNode['attributes'] = {},
): Case => ({
  name: `Conv: ${name}`,
  nodes: [node('Conv', ['a', 'w', 'bias'], attributes)],
  inputs: [x],
  constants: [floats('w', w), floats('bias', [w[0]!])],
});

export const WINDOW_OPERATORS: readonly Case[] = [
  convolved('of one dimension', [2, 5, 20], [7, 5, 3]),
  convolved('with zeros around', [2, 5, 20], [8, 5, 3], { pads: attr.ints([1, 1]) }),
  convolved('causal, in strides', [1, 4, 21], [8, 4, 5], {
    pads: attr.ints([4, 0]),
    strides: attr.ints([2]),
  }),
  convolved('dilated', [1, 4, 21], [6, 4, 3], { dilations: attr.ints([3]) }),
  convolved('in groups', [2, 6, 9], [4, 3, 2], { group: attr.int(2) }),
  convolved('a channel each', [2, 6, 9], [6, 1, 3], { group: attr.int(6), pads: attr.ints([1, 1]) }),
  convolved('of places alone', [2, 6, 9], [33, 6, 1]),
  ...['SAME_UPPER', 'SAME_LOWER', 'VALID'].map((pad) =>
    convolved(pad, [1, 3, 10], [4, 3, 3], { auto_pad: attr.string(pad), strides: attr.ints([2]) }),
  ),
  convolved('of two dimensions', [2, 3, 8, 9], [5, 3, 3, 2], {
    pads: attr.ints([1, 0, 1, 1]),
    strides: attr.ints([2, 1]),
  }),
  {
    name: 'Conv of int8 behind DequantizeLinear, no bias',
    nodes: [node('DequantizeLinear', ['q', 'scale'], { axis: attr.int(0) }, ['w']), node('Conv', ['a', 'w'])],
    inputs: [[1, 2, 9]],
    constants: [
      { name: 'q', shape: [2, 2, 2], type: 'int8', data: Int8Array.of(100, -20, 127, 4, 50, -60, 7, -127) },
      { name: 'scale', shape: [2], type: 'float32', data: Float32Array.of(0.01, 0.02) },
    ],
    tolerance: 2e-3,
  },
  one('MaxPool', { kernel_shape: attr.ints([3]), strides: attr.ints([2]) }, [[2, 3, 10]]),
  one('MaxPool', { kernel_shape: attr.ints([3]), pads: attr.ints([1, 1]), dilations: attr.ints([2]) }, [
    [2, 3, 10],
  ]),
  one('MaxPool', { kernel_shape: attr.ints([2]), strides: attr.ints([2]), ceil_mode: attr.int(1) }, [
    [2, 3, 9],
  ]),
  one('AveragePool', { kernel_shape: attr.ints([3]), pads: attr.ints([1, 1]) }, [[2, 3, 10]]),
  one(
    'AveragePool',
    { kernel_shape: attr.ints([3]), pads: attr.ints([1, 1]), count_include_pad: attr.int(1) },
    [[2, 3, 10]],
  ),
  one('AveragePool', { kernel_shape: attr.ints([2, 3]), strides: attr.ints([2, 2]) }, [[2, 3, 7, 8]]),
];
