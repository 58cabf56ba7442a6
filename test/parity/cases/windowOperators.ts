/** Conv and pooling in front of a recurrent network, ConvTranspose and Resize behind it, as autoencoders have them. */
import { attr, type OnnxNode } from '@rivulet/core';
import { type Case, floats, ints, node, one } from '../operatorCase.ts';

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

const ledBack = (
  name: string,
  x: readonly number[],
  w: readonly number[],
  attributes: OnnxNode['attributes'] = {},
): Case => ({
  name: `ConvTranspose: ${name}`,
  nodes: [node('ConvTranspose', ['a', 'w', 'bias'], attributes)],
  inputs: [x],
  constants: [floats('w', w), floats('bias', [w[1]! * (Number(attributes.group?.value ?? 1) || 1)])],
});

/** @param sizes of the result; else it is as many times as long */
const resized = (
  name: string,
  x: readonly number[],
  times: readonly number[],
  attributes: OnnxNode['attributes'] = {},
  sizes = false,
): Case => ({
  name: `Resize: ${name}`,
  nodes: [node('Resize', sizes ? ['a', '', '', 'sizes'] : ['a', '', 'scales'], attributes)],
  inputs: [x],
  constants: sizes
    ? [ints('sizes', times)]
    : [{ name: 'scales', shape: [times.length], type: 'float32', data: Float32Array.from(times) }],
});
const linear = { mode: attr.string('linear') };
const placed = (mode: string) => ({ coordinate_transformation_mode: attr.string(mode) });

export const WINDOW_OPERATORS: readonly Case[] = [
  ledBack('of one dimension', [2, 5, 9], [5, 7, 3]),
  ledBack('of no sequences', [0, 5, 9], [5, 7, 3]),
  ledBack('in strides', [2, 5, 9], [5, 3, 4], { strides: attr.ints([2]), pads: attr.ints([1, 1]) }),
  ledBack('in wide strides, with more behind', [1, 3, 6], [3, 4, 2], {
    strides: attr.ints([3]),
    output_padding: attr.ints([2]),
  }),
  ledBack('dilated, more taken than a window reaches', [1, 3, 8], [3, 2, 2], {
    dilations: attr.ints([2]),
    pads: attr.ints([4, 3]),
  }),
  ledBack('in groups', [2, 6, 5], [6, 2, 3], { group: attr.int(3), strides: attr.ints([2]) }),
  ledBack('a channel each', [2, 4, 5], [4, 1, 3], { group: attr.int(4), pads: attr.ints([1, 0]) }),
  ledBack('of two dimensions', [2, 3, 4, 5], [3, 2, 3, 2], {
    strides: attr.ints([2, 3]),
    pads: attr.ints([1, 0, 0, 1]),
    output_padding: attr.ints([1, 0]),
  }),
  ...['NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'].map((pad) =>
    ledBack(`${pad}, to a length`, [1, 3, 6], [3, 2, 4], {
      auto_pad: attr.string(pad),
      strides: attr.ints([2]),
      output_shape: attr.ints([11]),
    }),
  ),
  ...['SAME_UPPER', 'SAME_LOWER', 'VALID'].map((pad) =>
    ledBack(pad, [1, 3, 6], [3, 2, 5], { auto_pad: attr.string(pad), strides: attr.ints([2]) }),
  ),
  {
    name: 'ConvTranspose of int8 behind DequantizeLinear, no bias',
    nodes: [
      node('DequantizeLinear', ['q', 'scale'], { axis: attr.int(1) }, ['w']),
      node('ConvTranspose', ['a', 'w'], { strides: attr.ints([2]) }),
    ],
    inputs: [[1, 2, 9]],
    constants: [
      { name: 'q', shape: [2, 2, 2], type: 'int8', data: Int8Array.of(100, -20, 127, 4, 50, -60, 7, -127) },
      { name: 'scale', shape: [2], type: 'float32', data: Float32Array.of(0.01, 0.02) },
    ],
    tolerance: 2e-3,
  },
  ...['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric'].flatMap((mode) => [
    resized(`nearest, ${mode}`, [2, 3, 7], [1, 1, 2], placed(mode)),
    resized(`nearest of fewer, ${mode}`, [2, 3, 10], [1, 1, 0.6], placed(mode)),
    resized(`linear, ${mode}`, [2, 3, 7], [1, 1, 2.5], { ...linear, ...placed(mode) }),
    resized(`linear of fewer, ${mode}`, [2, 3, 10], [2, 3, 4], { ...linear, ...placed(mode) }, true),
    resized(`linear to one, ${mode}`, [2, 3, 10], [2, 3, 1], { ...linear, ...placed(mode) }, true),
  ]),
  ...['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'].map((nearest) =>
    resized(`nearest by ${nearest}`, [2, 3, 9], [2, 3, 14], { nearest_mode: attr.string(nearest) }, true),
  ),
  resized('nearest of two dimensions', [1, 2, 3, 4], [1, 1, 2, 3], {
    ...placed('asymmetric'),
    nearest_mode: attr.string('floor'),
  }),
  resized('linear of two dimensions', [1, 2, 3, 4], [1, 2, 5, 6], linear, true),
  resized('along one axis', [2, 3, 4], [9], { ...linear, axes: attr.ints([-1]) }, true),
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
