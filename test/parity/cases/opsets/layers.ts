/** Layers: cells, products, windows, normalisation, numbers of 8 bits. */
import { attr, type OnnxNode, type OnnxTensor } from '@rivulet/core';
import { floats, ints, node } from '../../operatorCase.ts';
import { asFloat, list } from './numbers.ts';
import type { OpsetCase } from './opsetCase.ts';

const X = [2, 3, 4];
const GATES = { RNN: 1, GRU: 3, LSTM: 4 } as const;

const cell = (
  op: keyof typeof GATES,
  about: string,
  attributes: OnnxNode['attributes'] = {},
  dirs: 1 | 2 = 1,
): OpsetCase => ({
  op,
  about,
  since: 7,
  build: () => {
    const [I, H] = [3, 4];
    const rows = GATES[op] * H;
    return {
      nodes: [
        node(
          op,
          ['a', 'w', 'r', 'b0', '', 'b'],
          {
            hidden_size: attr.int(H),
            ...(dirs === 2 && { direction: attr.string('bidirectional') }),
            ...attributes,
          },
          ['y', 'h'],
        ),
      ],
      inputs: [
        [5, 2, I],
        [dirs, 2, H],
      ],
      constants: [floats('w', [dirs, rows, I]), floats('r', [dirs, rows, H]), floats('b0', [dirs, 2 * rows])],
      outputs: ['y', 'h'],
    };
  },
});

const gemm = (
  about: string,
  since: number,
  bias: boolean,
  attributes: OnnxNode['attributes'] = {},
): OpsetCase => ({
  op: 'Gemm',
  about,
  since,
  build: () => ({
    nodes: [node('Gemm', ['a', 'w', ...(bias ? ['bias'] : [])], attributes)],
    inputs: [[3, 4]],
    constants: [floats('w', attributes.transB ? [5, 4] : [4, 5]), ...(bias ? [floats('bias', [5])] : [])],
  }),
});

/** Attributes of a window in [B, C, n]. */
const window = (
  op: 'Conv' | 'MaxPool' | 'AveragePool',
  about: string,
  since: number,
  attributes: OnnxNode['attributes'],
): OpsetCase => ({
  op,
  about,
  since,
  build: () => ({
    nodes: [
      op === 'Conv'
        ? node(op, ['a', 'w', 'bias'], attributes)
        : node(op, ['a'], { kernel_shape: attr.ints([3]), ...attributes }),
    ],
    inputs: [[2, 4, 10]],
    constants: op === 'Conv' ? [floats('w', [6, attributes.group ? 2 : 4, 3]), floats('bias', [6])] : [],
  }),
});

const positive = (name: string, shape: readonly number[]): OnnxTensor => {
  const { data, ...rest } = floats(name, shape);
  return { ...rest, data: Float32Array.from(data as Float32Array, (v) => Math.abs(v) + 0.1) };
};

const normalised = (
  op: string,
  since: number,
  scales: readonly number[],
  attributes: OnnxNode['attributes'] = {},
  {
    until,
    about,
    outputs = ['y'],
  }: Partial<Pick<OpsetCase, 'until' | 'about'>> & { outputs?: string[] } = {},
): OpsetCase => ({
  ...{ op, since },
  ...(until && { until }),
  ...(about && { about }),
  build: () => {
    const trained = op === 'BatchNormalization' ? [floats('mean', scales), positive('variance', scales)] : [];
    const bias = op === 'RMSNormalization' ? [] : [floats('bias', scales)];
    const constants = [floats('scale', scales), ...bias, ...trained];
    return {
      nodes: [node(op, ['a', ...constants.map(({ name }) => name)], attributes, outputs)],
      inputs: [[2, 4, 5]],
      constants,
      outputs,
    };
  },
});

const STRIDES = { strides: attr.ints([2]) };
const DILATIONS = { dilations: attr.ints([2]) };
const CEIL = { ...STRIDES, ceil_mode: attr.int(1) };

/** The region, which only a mode that we refuse looks at, could not be left out before 13. */
const resize = (
  about: string,
  since: number,
  attributes: OnnxNode['attributes'],
  sizes?: readonly number[],
): OpsetCase => ({
  ...{ op: 'Resize', about, since },
  build: (opset) => {
    const none: OnnxTensor = { name: 'none', shape: [0], type: 'float32', data: new Float32Array(0) };
    const empty = opset < 13 ? 'none' : '';
    const scales = { ...none, name: 'scales', shape: [3], data: Float32Array.of(1, 1, 2.5) };
    const inputs = sizes ? ['a', empty, empty, 'sizes'] : ['a', empty, 'scales'];
    return {
      nodes: [node('Resize', inputs, attributes)],
      inputs: [[2, 4, 6]],
      constants: [...(empty ? [none] : []), sizes ? ints('sizes', sizes) : scales],
    };
  },
});

const int8 = (name: string, shape: number[], data: readonly number[]): OnnxTensor => ({
  ...{ name, shape, type: 'int8' },
  data: Int8Array.from(data),
});

/** Scales in a row of their own since 13, in blocks since 21. */
const quantised = (
  about: string,
  since: number,
  scales: OnnxTensor,
  zeros: OnnxTensor,
  attributes: OnnxNode['attributes'] = {},
): OpsetCase => ({
  op: 'QuantizeLinear',
  about,
  since,
  build: () => ({
    nodes: [
      node('QuantizeLinear', ['a', 's', 'z'], attributes, ['q']),
      node('DequantizeLinear', ['q', 's', 'z'], attributes),
    ],
    inputs: [[2, 3]],
    constants: [scales, zeros],
  }),
});

const LEVELS = [100, -20, 127, 4, 50, -60, 7, -127, 3, 9, -11, 64];

const dequantised = (
  about: string,
  since: number,
  scales: OnnxTensor,
  attributes: OnnxNode['attributes'] = {},
): OpsetCase => ({
  op: 'DequantizeLinear',
  about,
  since,
  build: () => ({
    nodes: [node('DequantizeLinear', ['w', 's'], attributes, ['f']), node('MatMul', ['a', 'f'])],
    inputs: [[2, 4]],
    constants: [int8('w', [4, 3], LEVELS), scales],
    tolerance: 3e-3,
  }),
});

export const LAYERS: readonly OpsetCase[] = [
  cell('RNN', ''),
  cell('RNN', 'relu', { activations: attr.strings(['Relu']) }),
  cell('GRU', ''),
  cell('GRU', 'reset behind the product, both ways', { linear_before_reset: attr.int(1) }, 2),
  cell('LSTM', ''),
  cell('LSTM', 'both ways', {}, 2),
  {
    op: 'MatMul',
    since: 7,
    build: () => ({
      nodes: [node('MatMul', ['a', 'w']), node('MatMul', ['a', 'b'], {}, ['z'])],
      inputs: [X, [2, 4, 3]],
      constants: [floats('w', [4, 5])],
      outputs: ['y', 'z'],
    }),
  },
  gemm('', 7, true),
  gemm('turned, scaled', 7, true, { transB: attr.int(1), alpha: attr.float(0.5), beta: attr.float(2) }),
  gemm('without a bias', 11, false),
  window('Conv', '', 7, {}),
  window('Conv', 'zeros, strides, groups', 7, { ...STRIDES, pads: attr.ints([1, 2]), group: attr.int(2) }),
  window('Conv', 'dilated', 7, DILATIONS),
  window('Conv', 'as large as before', 7, { auto_pad: attr.string('SAME_UPPER') }),
  ...[{}, { ...STRIDES, pads: attr.ints([1, 1]), output_padding: attr.ints([1]) }, DILATIONS].map(
    (attributes, i): OpsetCase => ({
      op: 'ConvTranspose',
      about: ['', 'in strides', 'dilated'][i]!,
      since: 7,
      build: () => ({
        nodes: [node('ConvTranspose', ['a', 'w', 'bias'], attributes)],
        inputs: [[2, 4, 7]],
        constants: [floats('w', [4, 3, 3]), floats('bias', [3])],
      }),
    }),
  ),
  resize('nearest', 11, { coordinate_transformation_mode: attr.string('asymmetric') }),
  resize('linear', 11, { mode: attr.string('linear') }),
  resize('linear to a size', 11, { mode: attr.string('linear') }, [2, 4, 15]),
  resize('along one axis', 18, { mode: attr.string('linear'), axes: attr.ints([2]) }, [15]),
  window('MaxPool', '', 7, STRIDES),
  window('MaxPool', 'zeros', 7, { pads: attr.ints([1, 1]) }),
  window('MaxPool', 'rounded up', 10, CEIL),
  window('MaxPool', 'dilated', 10, DILATIONS),
  window('AveragePool', '', 7, { ...STRIDES, pads: attr.ints([1, 1]) }),
  window('AveragePool', 'zeros count', 7, { pads: attr.ints([1, 1]), count_include_pad: attr.int(1) }),
  window('AveragePool', 'rounded up', 10, CEIL),
  window('AveragePool', 'dilated', 19, DILATIONS),
  ...['GlobalAveragePool', 'GlobalMaxPool'].map(
    (op): OpsetCase => ({
      op,
      since: 7,
      build: () => ({ nodes: [node(op, ['a'])], inputs: [[2, 3, 4, 5]] }),
    }),
  ),
  normalised('BatchNormalization', 7, [4], { epsilon: attr.float(1e-3), momentum: attr.float(0.9) }),
  normalised('InstanceNormalization', 7, [4]),
  normalised('LayerNormalization', 17, [5]),
  normalised('LayerNormalization', 17, [4, 5], { axis: attr.int(1) }, { about: 'over two axes' }),
  normalised('LayerNormalization', 17, [4, 1], { axis: attr.int(1) }, { about: 'a scale for each row' }),
  normalised('GroupNormalization', 18, [2], { num_groups: attr.int(2) }, { until: 20 }),
  normalised('GroupNormalization', 21, [4], { num_groups: attr.int(2) }),
  normalised('RMSNormalization', 23, [5]),
  normalised('RMSNormalization', 23, [4, 1], { axis: attr.int(1) }, { about: 'a scale for each row' }),
  // Over all that follows the axis before 13, over the axis alone since.
  ...['Softmax', 'LogSoftmax'].flatMap((op) => [
    { op, about: 'default axis', since: 7, build: () => ({ nodes: [node(op, ['a'])], inputs: [X] }) },
    ...[0, 1, 2].map((axis) => ({
      op,
      about: `axis ${axis}`,
      since: 7,
      build: () => ({ nodes: [node(op, ['a'], { axis: attr.int(axis) })], inputs: [X] }),
    })),
    {
      op,
      about: 'axis from the end',
      since: 11,
      build: () => ({ nodes: [node(op, ['a'], { axis: attr.int(-2) })], inputs: [X] }),
    },
  ]),
  {
    op: 'Dropout',
    since: 7,
    build: (opset) => ({
      nodes: [
        opset < 12
          ? node('Dropout', ['a'], { ratio: attr.float(0.5) })
          : node('Dropout', ['a', 'ratio', 'off']),
      ],
      inputs: [X],
      constants:
        opset < 12
          ? []
          : [list('ratio', [0.5], []), { name: 'off', shape: [], type: 'bool', data: Uint8Array.of(0) }],
    }),
  },
  {
    // Of the type of x before 10, of booleans since.
    op: 'Dropout',
    about: 'and what it left',
    since: 7,
    build: () => ({
      nodes: [node('Dropout', ['a'], {}, ['y', 'mask']), asFloat('mask', 'm')],
      inputs: [X],
      outputs: ['y', 'm'],
    }),
  },
  quantised('one scale', 10, list('s', [0.02], []), int8('z', [], [3])),
  quantised('a scale a column', 13, list('s', [0.02, 0.03, 0.01]), int8('z', [3], [0, 3, -2])),
  quantised('axis from the end', 13, list('s', [0.02, 0.03, 0.01]), int8('z', [3], [0, 3, -2]), {
    axis: attr.int(-1),
  }),
  {
    op: 'QuantizeLinear',
    about: 'to the type that it names',
    since: 21,
    build: () => ({
      nodes: [node('QuantizeLinear', ['a', 's'], { output_dtype: attr.int(3) }, ['q']), asFloat('q')],
      inputs: [X],
      constants: [list('s', [0.02], [])],
    }),
  },
  dequantised('one scale', 10, list('s', [0.01], [])),
  dequantised('a scale a column', 13, list('s', [0.01, 0.02, 0.005])),
  dequantised('a scale a row', 13, list('s', [0.01, 0.02, 0.005, 0.03]), { axis: attr.int(0) }),
  dequantised('a scale for two rows', 21, list('s', [0.01, 0.02, 0.005, 0.03, 0.02, 0.01], [2, 3]), {
    axis: attr.int(0),
    block_size: attr.int(2),
  }),
  dequantised('to the type that it names', 23, list('s', [0.01], []), { output_dtype: attr.int(1) }),
  {
    op: 'DynamicQuantizeLinear',
    since: 11,
    build: () => ({
      nodes: [node('DynamicQuantizeLinear', ['a'], {}, ['q', 's', 'z']), asFloat('q'), asFloat('z', 'u')],
      inputs: [X],
      outputs: ['y', 's', 'u'],
    }),
  },
  {
    op: 'MatMulInteger',
    about: 'levels of a range that is known',
    since: 10,
    build: () => ({
      nodes: [
        node('QuantizeLinear', ['a', 's', 'z'], {}, ['q']),
        node('MatMulInteger', ['q', 'w', 'z'], {}, ['p']),
        asFloat('p'),
      ],
      inputs: [[2, 4]],
      constants: [
        int8('w', [4, 3], LEVELS),
        list('s', [0.02], []),
        { name: 'z', shape: [], type: 'uint8', data: Uint8Array.of(128) },
      ],
      // Whole numbers of some thousands, by a product that holds them within 1 / 8000.
      tolerance: 1,
    }),
  },
  {
    op: 'MatMulInteger',
    about: 'levels of the range that is found',
    since: 11,
    build: () => ({
      nodes: [
        node('DynamicQuantizeLinear', ['a'], {}, ['q', 's', 'z']),
        node('MatMulInteger', ['q', 'w', 'z'], {}, ['p']),
        asFloat('p', 'f'),
        node('Mul', ['f', 's'], {}, ['m']),
        node('Mul', ['m', 'scale']),
      ],
      inputs: [[2, 4]],
      constants: [int8('w', [4, 3], LEVELS), list('scale', [0.01], [])],
      tolerance: 3e-3,
    }),
  },
];
