/** Operators of attention, masks and 8-bit activations around a recurrent network. */
import { attr, type OnnxTensor } from '@rivulet/core';
import { type Case, floats, node, one, scalar, whole } from '../operatorCase.ts';

const bytes = (name: string, shape: number[], values: Iterable<number>): OnnxTensor => {
  return { name, shape, type: 'uint8', data: Uint8Array.from(values) };
};
export const signed = (name: string, shape: number[], values: Iterable<number>): OnnxTensor => {
  return { name, shape, type: 'int8', data: Int8Array.from(values) };
};
const list = (name: string, values: readonly number[], shape = [values.length]): OnnxTensor => {
  return { name, shape, type: 'float32', data: Float32Array.from(values) };
};
const floatOf = (from: string, to = 'y') => node('Cast', [from], { to: attr.int(1) }, [to]);

/** Of steps of 0.1, and its largest makes them those of 255 levels. */
const halves = {
  data: Float32Array.from({ length: 256 }, (_, i) => (i < 255 ? 0.05 + 0.1 * i : 25.5)),
  shape: [256],
};

const einsum = (equation: string, ...inputs: number[][]): Case => ({
  ...one('Einsum', { equation: attr.string(equation) }, inputs),
  name: `Einsum ${equation}`,
});

const ATTENTION: readonly Case[] = [
  einsum('tbh,sbh->bts', [5, 2, 4], [3, 2, 4]),
  einsum('bts, sbh -> tbh', [2, 5, 3], [3, 2, 4]),
  einsum('bij,bjk', [2, 3, 4], [2, 4, 5]),
  einsum('bij, bjk -> bik', [1, 3, 4], [2, 4, 5]),
  einsum('bij,bkj->bik', [2, 3, 4], [1, 5, 1]),
  einsum('ii->i', [4, 4]),
  einsum('i,j,k->kji', [2], [3], [4]),
  einsum('abc->', [2, 3, 4]),
  einsum('...ij,...jk->...ik', [2, 3, 4, 5], [2, 3, 5, 2]),
  einsum('...ij, ...jk -> ...ik', [2, 1, 4, 5], [1, 3, 5, 2]),
  einsum('i...,j...', [4, 2, 3], [5, 2, 3]),
  einsum('...i->i...', [2, 3, 4]),
  einsum('...i,i->...', [4], [4]),
  ...['ReduceLogSum', 'ReduceLogSumExp'].map(
    (op): Case => ({
      name: op,
      nodes: [node('Abs', ['a'], {}, ['p']), node(op, ['p', 'axis'], { keepdims: attr.int(0) })],
      inputs: [[2, 5, 3]],
      constants: [{ ...scalar('axis', 1), shape: [1] }],
    }),
  ),
  ...[
    { upper: 1, k: 1 },
    { upper: 0, k: 0 },
    { upper: 0, k: -2 },
  ].map(
    ({ upper, k }): Case => ({
      name: `Trilu upper ${upper} from ${k}`,
      nodes: [node('Trilu', ['a', 'k'], { upper: attr.int(upper) })],
      inputs: [[2, 4, 5]],
      constants: [scalar('k', k)],
    }),
  ),
  {
    name: 'IsInf of one side',
    nodes: [
      node('Div', ['a', 'b'], {}, ['q']),
      node('IsInf', ['q'], { detect_negative: attr.int(0) }, ['t']),
      floatOf('t'),
    ],
    inputs: [
      { shape: [4], data: Float32Array.of(1, -1, 2, 0) },
      { shape: [4], data: Float32Array.of(0, 0, 4, 3) },
    ],
  },
  {
    name: 'a mask of booleans that is fed',
    nodes: [node('Not', ['b'], {}, ['n']), node('Where', ['n', 'a', 'low'])],
    inputs: [[2, 3], { shape: [2, 3], data: Uint8Array.of(0, 1, 0, 1, 1, 0) }],
    constants: [list('low', [-1e9], [])],
  },
];

const PLACES: readonly Case[] = [
  ...['none', 'add'].map(
    (reduction): Case => ({
      name: `ScatterND, ${reduction}`,
      nodes: [node('ScatterND', ['a', 'b', 'c'], { reduction: attr.string(reduction) })],
      inputs: [[4, 3, 2], whole([2, 1], [3, -4]), [2, 3, 2]],
    }),
  ),
  {
    name: 'ScatterND of single numbers',
    nodes: [node('ScatterND', ['a', 'b', 'c'])],
    inputs: [[4, 3], whole([2, 2], [0, 2, 3, 1]), [2]],
  },
  // How tf2onnx turns the input and the output of a layer that goes backwards.
  ...[0, 1].map(
    (time): Case => ({
      name: `ReverseSequence, time axis ${time}`,
      nodes: [
        node('ReverseSequence', ['a', 'b'], { time_axis: attr.int(time), batch_axis: attr.int(1 - time) }),
      ],
      inputs: [time ? [3, 5, 2] : [5, 3, 2], whole([3], [5, 1, 4])],
    }),
  ),
];

const NORMALISE: readonly Case[] = [
  ...[18, 21].map(
    (opset): Case => ({
      name: `GroupNormalization opset ${opset}`,
      nodes: [node('GroupNormalization', ['a', 's', 'b0'], { num_groups: attr.int(2) })],
      inputs: [[2, 6, 5]],
      constants: [floats('s', [opset === 18 ? 2 : 6]), floats('b0', [opset === 18 ? 2 : 6])],
      opset,
    }),
  ),
  {
    name: 'RMSNormalization',
    nodes: [node('RMSNormalization', ['a', 's'])],
    inputs: [[3, 2, 6]],
    constants: [floats('s', [6])],
    opset: 23,
  },
];

export const levels = (count: number): number[] =>
  Array.from({ length: count }, (_, i) => ((i * 37) % 255) - 127);

const QUANTISED: readonly Case[] = [
  {
    name: 'QuantizeLinear and DequantizeLinear around an activation',
    nodes: [node('QuantizeLinear', ['a', 's', 'z'], {}, ['q']), node('DequantizeLinear', ['q', 's', 'z'])],
    inputs: [[4, 7]],
    constants: [list('s', [0.02], []), bytes('z', [], [114])],
  },
  {
    name: 'the same in int8, a scale for each channel',
    nodes: [
      node('QuantizeLinear', ['a', 's', 'z'], { axis: attr.int(1) }, ['q']),
      node('DequantizeLinear', ['q', 's', 'z'], { axis: attr.int(1) }),
    ],
    inputs: [[4, 3, 2]],
    constants: [list('s', [0.02, 0.01, 0.05]), signed('z', [3], [0, -3, 7])],
  },
  {
    name: 'QuantizeLinear of what lies halfway between two levels',
    nodes: [node('QuantizeLinear', ['a', 's', 'z'], {}, ['q']), floatOf('q')],
    inputs: [halves],
    constants: [list('s', [0.1], []), bytes('z', [], [100])],
  },
  {
    name: 'DynamicQuantizeLinear of what lies halfway between two levels',
    nodes: [node('DynamicQuantizeLinear', ['a'], {}, ['q', 's', 'z']), floatOf('q'), floatOf('z', 'u')],
    inputs: [halves],
    outputs: ['y', 's', 'u'],
  },
  {
    name: 'DynamicQuantizeLinear',
    nodes: [node('DynamicQuantizeLinear', ['a'], {}, ['q', 's', 'z']), floatOf('q'), floatOf('z', 'u')],
    inputs: [[6, 9]],
    outputs: ['y', 's', 'u'],
  },
  ...(
    [
      ['int8', 'around 0', [0]],
      ['uint8', 'around 128', [128]],
      ['uint8', 'around another zero', [101]],
      ['uint8', 'around a zero for each column', [0, 255, 128, 7, 200, 128, 90, 131, 60]],
      ['int8', 'around a zero for each column', [0, -128, 127, 7, -20, 1, -90, 13, 60]],
      ['uint8', 'around 0, which is left out', []],
    ] as const
  ).map(
    ([type, around, zeros]): Case => ({
      name: `a product as onnxruntime quantises it dynamically, weights of ${type} ${around}`,
      nodes: [
        node('DynamicQuantizeLinear', ['a'], {}, ['q', 's', 'z']),
        node('MatMulInteger', ['q', 'w', 'z', ...(zeros.length > 0 ? ['wz'] : [])], {}, ['p']),
        floatOf('p', 'f'),
        node('Mul', ['s', 'ws'], {}, ['scale']),
        node('Mul', ['f', 'scale'], {}, ['m']),
        node('Add', ['m', 'bias']),
      ],
      inputs: [[3, 2, 40]],
      constants: [
        type === 'int8'
          ? signed('w', [40, 9], levels(360))
          : bytes(
              'w',
              [40, 9],
              levels(360).map((v) => v + 128),
            ),
        ...(zeros.length > 0
          ? [(type === 'int8' ? signed : bytes)('wz', zeros.length > 1 ? [zeros.length] : [], zeros)]
          : []),
        list('ws', [0.004], []),
        floats('bias', [9]),
      ],
      // Sums of 40 products of 3 by 0.5, whose activations our kernel rounds once more, to 14 bits.
      tolerance: 1e-3,
    }),
  ),
  {
    name: 'weights in float16',
    nodes: [node('Cast', ['h'], { to: attr.int(1) }, ['w']), node('MatMul', ['a', 'w'])],
    inputs: [[5, 4]],
    // 1, -2, 0.5, the smallest number, the smallest normal one, the largest, 0, 1/3.
    constants: [
      {
        name: 'h',
        shape: [4, 2],
        type: 'float16',
        data: Uint16Array.of(0x3c00, 0xc000, 0x3800, 1, 0x0400, 0x4bff, 0x8000, 0x3555),
      },
    ],
  },
];

export const RARE_OPERATORS: readonly Case[] = [...ATTENTION, ...PLACES, ...NORMALISE, ...QUANTISED];
