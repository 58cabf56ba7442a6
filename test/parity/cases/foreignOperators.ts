/** Operators that other frameworks' exporters put around a recurrent network. */
import { attr, type OnnxNode, type OnnxTensor } from '@rivulet/core';
import { type Case, floats, ints, node, one, scalar, whole } from '../operatorCase.ts';

/** Of numbers above 0. */
const positive = (op: string): Case => ({
  name: op,
  nodes: [node('Exp', ['a'], {}, ['e']), node(op, ['e'])],
  inputs: [[3, 7]],
});
/** A comparison as numbers. */
const truth = (op: string, inputs: Case['inputs']): Case => ({
  name: op,
  nodes: [
    node(op, inputs.length > 1 ? ['a', 'b'] : ['a'], {}, ['t']),
    node('Cast', ['t'], { to: attr.int(1) }),
  ],
  inputs,
});
const number = (name: string, value: number): OnnxTensor => ({
  name,
  shape: [],
  type: 'float32',
  data: Float32Array.of(value),
});
const asFloat = (from: string): OnnxNode => node('Cast', [from], { to: attr.int(1) });
const low = whole([2, 3], [7, -7, 5, -5, 3, 0]);
const by = whole([3], [3, 2, -4]);

const ELEMENTWISE: readonly Case[] = [
  ...['Abs', 'Neg', 'Exp', 'Floor', 'Ceil', 'Round', 'Sign', 'Erf', 'Sin', 'Cos', 'Reciprocal'].map((op) =>
    one(op),
  ),
  ...['Softplus', 'Softsign', 'LeakyRelu', 'Elu', 'Celu', 'Selu', 'HardSigmoid', 'HardSwish'].map((op) =>
    one(op),
  ),
  ...['Log', 'Sqrt'].map(positive),
  one('Mish'),
  one('ThresholdedRelu', { alpha: attr.float(0.5) }),
  one('LeakyRelu', { alpha: attr.float(0.3) }),
  one('Gelu'),
  one('Gelu', { approximate: attr.string('tanh') }),
  one('PRelu', {}, [[2, 3, 4], [4]]),
  one('Max', {}, [[2, 1, 4], [3, 1], [4]]),
  one('Min', {}, [
    [2, 1, 4],
    [3, 1],
  ]),
  one('Sum', {}, [[2, 4], [4], [2, 1]]),
  one('Mean', {}, [[2, 4], [4], [2, 1]]),
  {
    name: 'Pow',
    nodes: [node('Pow', ['a', 'two'])],
    inputs: [[3, 5]],
    constants: [number('two', 2)],
  },
  {
    name: 'Clip',
    nodes: [node('Clip', ['a', 'low', 'high'])],
    inputs: [[9]],
    constants: [number('low', -1), number('high', 0.5)],
  },
  {
    name: 'Clip of one side',
    nodes: [node('Clip', ['a', '', 'high'])],
    inputs: [[9]],
    constants: [number('high', 0.5)],
  },
  { ...one('Clip', { min: attr.float(-0.5), max: attr.float(1) }), opset: 10 },
  ...['Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual'].map((op) => truth(op, [low, by])),
  truth('Less', [[2, 3], [3]]),
  truth('IsNaN', [[4]]),
  {
    name: 'And, Or, Xor, Not, Where',
    nodes: [
      node('Less', ['a', 'b'], {}, ['p']),
      node('Greater', ['a', 'c'], {}, ['q']),
      node('And', ['p', 'q'], {}, ['and']),
      node('Or', ['p', 'q'], {}, ['or']),
      node('Xor', ['and', 'or'], {}, ['xor']),
      node('Not', ['xor'], {}, ['not']),
      node('Where', ['not', 'a', 'b']),
    ],
    inputs: [[4, 5], [5], [4, 1]],
  },
  ...['Add', 'Sub', 'Mul', 'Div', 'Mod'].map(
    (op): Case => ({
      name: `${op} of integers`,
      nodes: [node(op, ['a', 'b'], {}, ['i']), asFloat('i')],
      inputs: [low, by],
    }),
  ),
  {
    name: 'Cast of floats to integers, and a sum with int32',
    nodes: [
      node('Cast', ['a'], { to: attr.int(6) }, ['i']),
      node('Add', ['i', 'b'], {}, ['s']),
      asFloat('s'),
    ],
    inputs: [[2, 3], { data: Int32Array.of(-1, 2, -2147483000), shape: [3] }],
  },
];

const reduced = (op: string, attributes: OnnxNode['attributes'], axes?: number[], opset = 21): Case => ({
  name: `${op} ${JSON.stringify(attributes)} ${axes} opset ${opset}`,
  nodes: [node(op, axes ? ['a', 'axes'] : ['a'], attributes)],
  inputs: [[3, 4, 5]],
  // Products of fifteen numbers come to thousands.
  ...(op === 'ReduceProd' && { tolerance: 1e-3 }),
  ...(axes && { constants: [ints('axes', axes)] }),
  opset,
});

const REDUCE: readonly Case[] = [
  ...[
    'ReduceMean',
    'ReduceSum',
    'ReduceMax',
    'ReduceMin',
    'ReduceProd',
    'ReduceL1',
    'ReduceL2',
    'ReduceSumSquare',
  ].flatMap((op) => [reduced(op, {}, [-1]), reduced(op, { keepdims: attr.int(0) }, [0, 2])]),
  reduced('ReduceMean', { axes: attr.ints([1]), keepdims: attr.int(0) }, undefined, 11),
  reduced('ReduceMean', {}),
  reduced('ReduceSum', { noop_with_empty_axes: attr.int(1) }),
  one('GlobalAveragePool', {}, [[2, 3, 5]]),
  one('GlobalMaxPool', {}, [[2, 3, 5]]),
  ...['ArgMax', 'ArgMin'].flatMap((op): Case[] => [
    { name: op, nodes: [node(op, ['a'], { axis: attr.int(1) }, ['i']), asFloat('i')], inputs: [[3, 4, 5]] },
    {
      name: `${op} without the axis, the last of equals`,
      nodes: [
        node('Round', ['a'], {}, ['r']),
        node(op, ['r'], { axis: attr.int(-1), keepdims: attr.int(0), select_last_index: attr.int(1) }, ['i']),
        asFloat('i'),
      ],
      inputs: [[6, 20]],
    },
  ]),
  ...[0, 1].map(
    (largest): Case => ({
      name: `TopK, largest ${largest}`,
      nodes: [
        node('TopK', ['a', 'k'], { axis: attr.int(1), largest: attr.int(largest) }, ['y', 'i']),
        node('Cast', ['i'], { to: attr.int(1) }, ['z']),
      ],
      inputs: [[3, 6, 2]],
      constants: [ints('k', [4])],
      outputs: ['y', 'z'],
    }),
  ),
  ...[0, 1].map(
    (flag): Case => ({
      name: `CumSum, reverse and exclusive ${flag}`,
      nodes: [node('CumSum', ['a', 'axis'], { reverse: attr.int(flag), exclusive: attr.int(flag) })],
      inputs: [[3, 6, 2]],
      constants: [scalar('axis', 1)],
    }),
  ),
];

const NORMALISE: readonly Case[] = [
  {
    name: 'LayerNormalization',
    nodes: [node('LayerNormalization', ['a', 's', 'b0'])],
    inputs: [[4, 3, 33]],
    constants: [floats('s', [33]), floats('b0', [33])],
  },
  {
    name: 'LayerNormalization of two axes',
    nodes: [node('LayerNormalization', ['a', 's'], { axis: attr.int(1), epsilon: attr.float(0.01) })],
    inputs: [[4, 3, 5]],
    constants: [floats('s', [3, 5])],
  },
  {
    name: 'layer norm as older opsets write it',
    nodes: [
      node('ReduceMean', ['a'], { axes: attr.ints([-1]) }, ['mean']),
      node('Sub', ['a', 'mean'], {}, ['d']),
      node('Pow', ['d', 'two'], {}, ['d2']),
      node('ReduceMean', ['d2'], { axes: attr.ints([-1]) }, ['var']),
      node('Add', ['var', 'eps'], {}, ['v']),
      node('Sqrt', ['v'], {}, ['root']),
      node('Div', ['d', 'root'], {}, ['n']),
      node('Mul', ['n', 's'], {}, ['m']),
      node('Add', ['m', 'b0']),
    ],
    inputs: [[4, 3, 9]],
    constants: [number('two', 2), number('eps', 1e-5), floats('s', [9]), floats('b0', [9])],
    opset: 13,
  },
  {
    name: 'InstanceNormalization',
    nodes: [node('InstanceNormalization', ['a', 's', 'b0'])],
    inputs: [[2, 3, 7]],
    constants: [floats('s', [3]), floats('b0', [3])],
  },
  ...[
    [2, 3, 7],
    [4, 3],
  ].map(
    (shape): Case => ({
      name: `BatchNormalization of [${shape}]`,
      nodes: [node('BatchNormalization', ['a', 's', 'b0', 'm', 'v'], { epsilon: attr.float(0.001) })],
      inputs: [shape],
      constants: [
        floats('s', [3]),
        floats('b0', [3]),
        floats('m', [3]),
        { ...floats('v', [3]), data: Float32Array.of(0.5, 2, 0.1) },
      ],
    }),
  ),
];

const PLACES: readonly Case[] = [
  {
    name: 'Gather of places that are fed: an embedding',
    nodes: [node('Gather', ['table', 'a'])],
    inputs: [whole([2, 4], [0, 9, 3, -1, 5, 5, 2, 7])],
    constants: [floats('table', [10, 6])],
  },
  {
    name: 'an embedding of int8 behind DequantizeLinear',
    nodes: [
      node('DequantizeLinear', ['q', 'scale'], { axis: attr.int(0) }, ['table']),
      node('Gather', ['table', 'a']),
    ],
    inputs: [whole([3], [0, 2, 1])],
    constants: [
      { name: 'q', shape: [3, 2], type: 'int8', data: Int8Array.of(1, -2, 3, -4, 5, -6) },
      { name: 'scale', shape: [3], type: 'float32', data: Float32Array.of(0.5, 0.25, 2) },
    ],
  },
  {
    name: 'Gather along another axis',
    nodes: [node('Gather', ['a', 'b'], { axis: attr.int(1) })],
    inputs: [[2, 5, 3], whole([2], [4, -5])],
  },
  {
    name: 'GatherElements',
    nodes: [node('GatherElements', ['a', 'b'], { axis: attr.int(1) })],
    inputs: [[2, 5], whole([2, 3], [0, 4, -1, 2, 2, 1])],
  },
  ...['none', 'add'].map(
    (reduction): Case => ({
      name: `ScatterElements, ${reduction}`,
      nodes: [
        node('ScatterElements', ['a', 'b', 'c'], { axis: attr.int(1), reduction: attr.string(reduction) }),
      ],
      inputs: [[3, 5], whole([2, 2], [4, 1, 0, -2]), [2, 2]],
    }),
  ),
  {
    name: 'GatherND',
    nodes: [node('GatherND', ['a', 'b'])],
    inputs: [[3, 4, 2], whole([2, 2], [0, 3, 2, -1])],
  },
  {
    name: 'GatherND after a batch',
    nodes: [node('GatherND', ['a', 'b'], { batch_dims: attr.int(1) })],
    inputs: [[2, 4, 3], whole([2, 1], [3, 1])],
  },
  {
    name: 'OneHot',
    nodes: [node('OneHot', ['a', 'depth', 'values'])],
    inputs: [whole([2, 2], [0, 2, -1, 7])],
    constants: [ints('depth', [4]), { ...floats('values', [2]), data: Float32Array.of(-1, 2) }],
  },
  { name: 'Tile', nodes: [node('Tile', ['a', 't'])], inputs: [[2, 3]], constants: [ints('t', [2, 3])] },
  {
    name: 'integers keep all their bits when they move',
    nodes: [
      node('Transpose', ['a'], { perm: attr.ints([1, 0]) }, ['t']),
      node('Concat', ['t', 't'], { axis: attr.int(0) }, ['c']),
      asFloat('c'),
    ],
    inputs: [{ data: Int32Array.of(-1, -2, 2139095041, -4194303, 5, 6), shape: [2, 3] }],
  },
  {
    name: 'Split without sizes',
    nodes: [node('Split', ['a'], { axis: attr.int(1), num_outputs: attr.int(3) }, ['y', 'z', 'u'])],
    inputs: [[2, 8]],
    outputs: ['y', 'z', 'u'],
  },
  {
    name: 'a mask of lengths, as PyTorch writes it',
    nodes: [
      node('Shape', ['a'], {}, ['s']),
      node('Gather', ['s', 'first'], {}, ['T']),
      node('Range', ['zero', 'T', 'step'], {}, ['r']),
      node('Unsqueeze', ['r', 'axis'], {}, ['r1']),
      node('Less', ['r1', 'b'], {}, ['mask']),
      node('Cast', ['mask'], { to: attr.int(1) }, ['m']),
      node('Unsqueeze', ['m', 'last'], {}, ['m1']),
      node('Mul', ['a', 'm1']),
    ],
    inputs: [[5, 3, 2], whole([3], [5, 1, 3])],
    constants: [
      scalar('first', 0),
      scalar('zero', 0),
      scalar('step', 1),
      ints('axis', [1]),
      ints('last', [2]),
    ],
  },
];

const PRODUCTS: readonly Case[] = [
  one('MatMul', {}, [
    [3, 4, 5],
    [3, 5, 6],
  ]),
  one('MatMul', {}, [
    [2, 1, 4, 5],
    [3, 5, 2],
  ]),
  one('MatMul', {}, [[5], [5, 3]]),
  one('MatMul', {}, [[2, 4, 5], [5]]),
  {
    name: 'MatMul of a list by a constant',
    nodes: [node('MatMul', ['a', 'w'])],
    inputs: [[7]],
    constants: [floats('w', [7, 3])],
  },
  {
    name: 'MatMul by a constant of three dimensions',
    nodes: [node('MatMul', ['a', 'w'])],
    inputs: [[2, 4, 7]],
    constants: [floats('w', [2, 7, 3])],
  },
  {
    name: 'MatMul and a bias that is no constant',
    nodes: [node('MatMul', ['a', 'w'], {}, ['p']), node('Add', ['p', 'b'])],
    inputs: [[4, 7], [3]],
    constants: [floats('w', [7, 3])],
  },
  one('Gemm', { transA: attr.int(1), alpha: attr.float(0.5), beta: attr.float(2) }, [
    [5, 3],
    [5, 4],
    [3, 1],
  ]),
  one('Gemm', { transB: attr.int(1) }, [
    [3, 5],
    [4, 5],
  ]),
  {
    name: 'attention over the steps',
    nodes: [
      node('Transpose', ['a'], { perm: attr.ints([0, 2, 1]) }, ['k']),
      node('MatMul', ['a', 'k'], {}, ['scores']),
      node('Softmax', ['scores'], { axis: attr.int(-1) }, ['p']),
      node('MatMul', ['p', 'a']),
    ],
    inputs: [[2, 6, 8]],
  },
];

const PREPARED: readonly Case[] = [
  {
    name: 'weights that the graph prepares',
    nodes: [
      node('Slice', ['w0', 'b0', 'e0', 'x0'], {}, ['i']),
      node('Slice', ['w0', 'b1', 'e1', 'x0'], {}, ['rest']),
      node('Concat', ['rest', 'i'], { axis: attr.int(0) }, ['turned']),
      node('Unsqueeze', ['turned', 'x0'], {}, ['w']),
      node('Mul', ['r0', 'half'], {}, ['r']),
      node('RNN', ['a', 'w', 'r'], { hidden_size: attr.int(4) }, ['y']),
    ],
    inputs: [[5, 2, 3]],
    constants: [
      floats('w0', [4, 3]),
      floats('r0', [1, 4, 4]),
      number('half', 0.5),
      ...[ints('b0', [0]), ints('e0', [2]), ints('b1', [2]), ints('e1', [4]), ints('x0', [0])],
    ],
  },
  {
    name: 'a constant that one node reads as numbers and another in the machine',
    nodes: [
      node('MatMul', ['table', 'w'], {}, ['p']),
      node('Add', ['table', 'table'], {}, ['d']),
      node('Add', ['a', 'd'], {}, ['s']),
      node('MatMul', ['s', 'p']),
    ],
    inputs: [[3, 3]],
    constants: [floats('table', [3, 3]), floats('w', [3, 3])],
  },
];

export const FOREIGN_OPERATORS: readonly Case[] = [
  ...ELEMENTWISE,
  ...REDUCE,
  ...NORMALISE,
  ...PLACES,
  ...PRODUCTS,
  ...PREPARED,
];
