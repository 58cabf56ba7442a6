/** What gives numbers another shape or place, and what computes shapes. */
import { attr, type OnnxNode, type OnnxTensor } from '@rivulet/core';
import { ints, node, scalar, whole } from '../../operatorCase.ts';
import { asFloat, list } from './numbers.ts';
import { type OpsetCase, operand } from './opsetCase.ts';

const X = [2, 3, 4];
/** Axes that count from the end are ONNX's since 11. */
const NEGATIVE = 11;

const reshaped = (about: string, from: readonly number[], to: readonly number[], since = 7): OpsetCase => ({
  op: 'Reshape',
  about,
  since,
  build: () => ({
    nodes: [node('Reshape', ['a', 'to'], since < 14 ? {} : { allowzero: attr.int(1) })],
    inputs: [from],
    constants: [ints('to', to)],
  }),
});

const flattened = (axis: number | undefined, since = 7): OpsetCase => ({
  op: 'Flatten',
  about: `axis ${axis}`,
  since,
  build: () => ({
    nodes: [node('Flatten', ['a'], axis === undefined ? {} : { axis: attr.int(axis) })],
    inputs: [X],
  }),
});

/** Squeeze and Unsqueeze: axes are an input since 13. */
const squeezed = (op: string, from: readonly number[], axes: readonly number[], since = 7): OpsetCase => ({
  op,
  about: `axes ${axes}`,
  since,
  build: (opset) => {
    const { inputs, attributes, constants } = operand('axes', axes, opset >= 13);
    return { nodes: [node(op, ['a', ...inputs], attributes)], inputs: [from], constants };
  },
});

/** Attributes before 10, inputs since. */
const sliced = (
  about: string,
  since: number,
  wanted: Readonly<Record<'starts' | 'ends', readonly number[]>> & {
    readonly axes?: readonly number[];
    readonly steps?: readonly number[];
  },
): OpsetCase => ({
  op: 'Slice',
  about,
  since,
  build: (opset) => {
    const order = ['starts', 'ends', 'axes', 'steps'] as const;
    const parts = order.flatMap((name) => {
      const values = wanted[name];
      return values ? [operand(name, values, opset >= 10)] : [];
    });
    return {
      nodes: [
        node(
          'Slice',
          ['a', ...parts.flatMap(({ inputs }) => inputs)],
          Object.assign({}, ...parts.map(({ attributes }) => attributes)),
        ),
      ],
      inputs: [X],
      constants: parts.flatMap(({ constants }) => constants),
    };
  },
});

/** Attributes before 11, inputs since. */
const padded = (
  about: string,
  pads: readonly number[],
  value?: number,
  attributesToo: OnnxNode['attributes'] = {},
  since = 7,
): OpsetCase => ({
  op: 'Pad',
  about,
  since,
  build: (opset) => {
    const isInput = opset >= 11;
    const { inputs, attributes, constants } = operand('pads', pads, isInput);
    const fill: OnnxTensor[] = value !== undefined && isInput ? [list('value', [value], [])] : [];
    return {
      nodes: [
        node('Pad', ['a', ...inputs, ...fill.map(({ name }) => name)], {
          ...attributes,
          ...attributesToo,
          ...(value !== undefined && !isInput && { value: attr.float(value) }),
        }),
      ],
      inputs: [X],
      constants: [...constants, ...fill],
    };
  },
});

const parts = (count: number): string[] => Array.from({ length: count }, (_, i) => `part${i}`);

/** Sizes are an input since 13, and without them `num_outputs` must say how many since 18. */
const split = (
  about: string,
  axis: number,
  count: number,
  sizes?: readonly number[],
  since = 7,
): OpsetCase => ({
  op: 'Split',
  about,
  since,
  build: (opset) => {
    const own = sizes ? operand('split', sizes, opset >= 13) : { inputs: [], attributes: {}, constants: [] };
    return {
      nodes: [
        node(
          'Split',
          ['a', ...own.inputs],
          {
            axis: attr.int(axis),
            ...own.attributes,
            ...(!sizes && opset >= 18 && { num_outputs: attr.int(count) }),
          },
          parts(count),
        ),
      ],
      inputs: [X],
      constants: own.constants,
      outputs: parts(count),
    };
  },
});

const gathered = (about: string, indices: readonly number[], axis: number, since = 7): OpsetCase => ({
  op: 'Gather',
  about,
  since,
  build: () => ({
    nodes: [
      node('Gather', ['a', 'known'], { axis: attr.int(axis) }),
      node('Gather', ['a', 'b'], { axis: attr.int(axis) }, ['z']),
    ],
    inputs: [X, whole([indices.length], indices)],
    constants: [ints('known', indices)],
    outputs: ['y', 'z'],
  }),
});

const shape = (about: string, since: number, attributes: Parameters<typeof node>[2] = {}): OpsetCase => ({
  op: 'Shape',
  about,
  since,
  build: () => ({ nodes: [node('Shape', ['a'], attributes, ['s']), asFloat('s')], inputs: [X] }),
});

export const SHAPES: readonly OpsetCase[] = [
  reshaped('one left to find', X, [0, -1]),
  reshaped('of no rank', [1, 1], []),
  reshaped('zeros that are zeros', [0, 3], [3, 0], 14),
  flattened(undefined),
  flattened(0),
  flattened(3),
  flattened(-1, NEGATIVE),
  squeezed('Squeeze', [1, 3, 1], [2]),
  squeezed('Squeeze', [1, 3, 1], [0, -1], NEGATIVE),
  squeezed('Unsqueeze', [3, 4], [0, 3]),
  squeezed('Unsqueeze', [3, 4], [-1, 1], NEGATIVE),
  {
    op: 'Squeeze',
    about: 'of all ones',
    since: 7,
    build: () => ({ nodes: [node('Squeeze', ['a'])], inputs: [[1, 3, 1]] }),
  },
  {
    op: 'Identity',
    since: 7,
    build: () => ({ nodes: [node('Neg', ['a'], {}, ['n']), node('Identity', ['n'])], inputs: [X] }),
  },
  shape('', 7),
  shape('a part of it', 15, { start: attr.int(-2), end: attr.int(-1) }),
  shape('beyond both ends', 15, { start: attr.int(-9), end: attr.int(9) }),
  {
    op: 'Size',
    since: 7,
    build: () => ({ nodes: [node('Size', ['a'], {}, ['n']), asFloat('n')], inputs: [X] }),
  },
  {
    op: 'ConstantOfShape',
    since: 9,
    build: () => ({
      nodes: [
        node('Shape', ['a'], {}, ['s']),
        node('ConstantOfShape', ['s']),
        node('ConstantOfShape', ['s'], { value: attr.tensor(ints('', [3])) }, ['i']),
        asFloat('i', 'z'),
      ],
      inputs: [X],
      outputs: ['y', 'z'],
    }),
  },
  {
    op: 'Range',
    since: 11,
    build: () => ({
      nodes: [
        node('Range', ['from', 'to', 'by'], {}, ['r']),
        asFloat('r'),
        node('Range', ['f', 't', 'd'], {}, ['z']),
      ],
      inputs: [],
      constants: [
        ...[scalar('from', 7), scalar('to', -2), scalar('by', -3)],
        ...[list('f', [0.5], []), list('t', [2], []), list('d', [0.5], [])],
      ],
      outputs: ['y', 'z'],
    }),
  },
  {
    op: 'Transpose',
    since: 7,
    build: () => ({
      nodes: [node('Transpose', ['a']), node('Transpose', ['a'], { perm: attr.ints([1, 0, 2]) }, ['z'])],
      inputs: [X],
      outputs: ['y', 'z'],
    }),
  },
  sliced('from the front', 7, { starts: [1, 0], ends: [9, -1] }),
  sliced('of some axes', 7, { starts: [-3], ends: [2 ** 40], axes: [2] }),
  sliced('in steps', 10, { starts: [0, 3], ends: [2, 0], axes: [1, 2], steps: [1, -2] }),
  sliced('back to the begin, axes from the end', NEGATIVE, {
    starts: [-1],
    ends: [-99],
    axes: [-1],
    steps: [-1],
  }),
  {
    op: 'Concat',
    since: 7,
    build: (opset) => ({
      nodes: [
        node('Concat', ['a', 'b'], { axis: attr.int(1) }),
        node('Concat', ['a', 'a'], { axis: attr.int(opset < NEGATIVE ? 2 : -1) }, ['z']),
      ],
      inputs: [X, [2, 1, 4]],
      outputs: ['y', 'z'],
    }),
  },
  padded('zeros', [0, 1, 0, 0, 2, 0]),
  padded('another number', [1, 0, 0, 0, 0, 1], 5),
  padded('cut off', [0, -1, 0, 0, 0, 1]),
  padded('its edge', [0, 1, 2, 1, 3, 0], undefined, { mode: attr.string('edge') }),
  padded('its reflection', [0, 1, 2, 0, 1, 0], undefined, { mode: attr.string('reflect') }),
  padded('its other end', [0, 1, 2, 0, 1, 0], undefined, { mode: attr.string('wrap') }, 19),
  {
    op: 'Pad',
    about: 'of some axes',
    since: 18,
    build: () => ({
      nodes: [node('Pad', ['a', 'pads', '', 'axes'])],
      inputs: [X],
      constants: [ints('pads', [1, 2]), ints('axes', [-2])],
    }),
  },
  {
    op: 'Expand',
    since: 8,
    build: () => ({
      nodes: [node('Expand', ['a', 'to'])],
      inputs: [[3, 1]],
      constants: [ints('to', [2, 1, 4])],
    }),
  },
  {
    op: 'Tile',
    since: 7,
    build: () => ({
      nodes: [node('Tile', ['a', 'times'])],
      inputs: [[2, 3]],
      constants: [ints('times', [2, 3])],
    }),
  },
  split('in equal parts', 2, 2),
  split('by sizes', 1, 2, [1, 2]),
  split('axes from the end', -1, 2, [3, 1], NEGATIVE),
  split('the last one smaller', 1, 2, undefined, 18),
  gathered('of rows', [2, 0, 2], 1),
  gathered('from the end', [-1, 0], -2, NEGATIVE),
  {
    op: 'Constant',
    since: 7,
    build: (opset) => {
      const held = ['value', ...(opset < 12 ? [] : ['value_float', 'value_floats'])];
      const values: Readonly<Record<string, ReturnType<typeof attr.tensor>>> = {
        value: attr.tensor(list('', [1, 2, 3, 4])),
        value_float: attr.float(2.5),
        value_floats: attr.floats([1, 2, 3, 4]),
      };
      return {
        nodes: held.flatMap((name) => [
          node('Constant', [], { [name]: values[name]! }, [name]),
          node('Add', ['a', name], {}, [`to ${name}`]),
        ]),
        inputs: [X],
        outputs: held.map((name) => `to ${name}`),
      };
    },
  },
  {
    op: 'Constant',
    about: 'of integers',
    since: 12,
    build: () => ({
      nodes: [
        node('Constant', [], { value_ints: attr.ints([4, -1]) }, ['to']),
        node('Constant', [], { value_int: attr.int(1) }, ['at']),
        node('Reshape', ['a', 'to'], {}, ['r']),
        node('Gather', ['r', 'at']),
      ],
      inputs: [X],
    }),
  },
];
