/** The operators of our own models, and of nearly every recurrent one: one case a behaviour. */
import { attr } from '@rivulet/core';
import { type Case, floats, ints, node, scalar, whole } from '../operatorCase.ts';

const LAST = 2 ** 31 - 1;

export const binary = (op: string, a: readonly number[], b: readonly number[]): Case => ({
  name: `${op} [${a}] and [${b}]`,
  nodes: [node(op, ['a', 'b'])],
  inputs: [a, b],
});

export const OWN_OPERATORS: readonly Case[] = [
  ...['Relu', 'Tanh', 'Sigmoid'].map((op) => ({ name: op, nodes: [node(op, ['a'])], inputs: [[3, 7]] })),
  ...['Add', 'Sub', 'Mul', 'Div'].map((op) => binary(op, [2, 3, 5], [2, 3, 5])),
  binary('Sub', [2, 3, 5], [5]),
  binary('Sub', [5], [2, 3, 5]),
  binary('Mul', [4, 1, 6], [3, 1]),
  binary('Div', [2, 3, 4], [2, 1, 1]),
  binary('Add', [3, 1, 2], [1, 7, 1]),
  binary('Sub', [1], [3, 3]),
  binary('Add', [2, 1, 3, 1], [1, 5, 1, 9]),
  {
    name: 'Add of a constant scalar',
    nodes: [node('Add', ['a', 'half'])],
    inputs: [[3, 5]],
    constants: [floats('half', [])],
  },
  {
    // Rows of 10 end within a vector, all rows together do not: what is kept behind them must stay.
    name: 'Mul of rows before a constant',
    nodes: [
      node('Mul', ['a', 'b'], {}, ['p']),
      node('Where', ['never', 'p', 'row'], {}, ['q']),
      node('Add', ['p', 'q']),
    ],
    inputs: [
      [3, 8, 10],
      [3, 8, 1],
    ],
    constants: [{ name: 'never', shape: [1], type: 'bool', data: Uint8Array.of(0) }, floats('row', [10])],
  },
  { name: 'Add of one value to itself', nodes: [node('Add', ['a', 'a'])], inputs: [[2, 3]] },
  ...['Softmax', 'LogSoftmax'].flatMap((op): Case[] => [
    { name: `${op} of the last axis`, nodes: [node(op, ['a'])], inputs: [[2, 3, 81]] },
    { name: `${op} of axis 1`, nodes: [node(op, ['a'], { axis: attr.int(1) })], inputs: [[2, 5, 3]] },
    { name: `${op} before opset 13`, nodes: [node(op, ['a'])], inputs: [[2, 3, 4]], opset: 11 },
  ]),
  {
    name: 'MatMul with a bias',
    nodes: [node('MatMul', ['a', 'w'], {}, ['p']), node('Add', ['p', 'bias'])],
    inputs: [[5, 2, 7]],
    constants: [floats('w', [7, 13]), floats('bias', [13])],
  },
  {
    name: 'MatMul and a constant of more dimensions',
    nodes: [node('MatMul', ['a', 'w'], {}, ['p']), node('Add', ['p', 'bias'])],
    inputs: [[5, 7]],
    constants: [floats('w', [7, 13]), floats('bias', [1, 1, 13])],
  },
  {
    name: 'MatMul of a list, and a row that makes a matrix of it',
    nodes: [node('MatMul', ['a', 'w'], {}, ['p']), node('Add', ['p', 'bias'])],
    inputs: [[7]],
    constants: [floats('w', [7, 13]), floats('bias', [1, 13])],
  },
  {
    name: 'MatMul read twice',
    nodes: [
      node('MatMul', ['a', 'w'], {}, ['p']),
      node('Add', ['p', 'bias'], {}, ['q']),
      node('Mul', ['p', 'q']),
    ],
    inputs: [[9, 4]],
    constants: [floats('w', [4, 40]), floats('bias', [40])],
  },
  {
    name: 'Gemm',
    nodes: [node('Gemm', ['a', 'w', 'bias'], { transB: attr.int(1) })],
    inputs: [[6, 5]],
    constants: [floats('w', [33, 5]), floats('bias', [33])],
  },
  {
    name: 'Gemm without a bias',
    nodes: [node('Gemm', ['a', 'w'])],
    inputs: [[1, 5]],
    constants: [floats('w', [5, 3])],
  },
  {
    name: 'Transpose',
    nodes: [node('Transpose', ['a'], { perm: attr.ints([2, 0, 3, 1]) })],
    inputs: [[2, 3, 4, 5]],
  },
  { name: 'Transpose without perm', nodes: [node('Transpose', ['a'])], inputs: [[3, 4]] },
  {
    name: 'Transpose of ones',
    nodes: [node('Transpose', ['a'], { perm: attr.ints([0, 2, 1, 3]) })],
    inputs: [[4, 1, 1, 6]],
  },
  {
    name: 'Reshape with 0 and -1',
    nodes: [node('Reshape', ['a', 's'])],
    inputs: [[4, 3, 6]],
    constants: [ints('s', [0, -1])],
  },
  { name: 'Flatten', nodes: [node('Flatten', ['a'], { axis: attr.int(2) })], inputs: [[2, 3, 4]] },
  {
    name: 'Squeeze and Unsqueeze',
    nodes: [node('Squeeze', ['a', 's'], {}, ['q']), node('Unsqueeze', ['q', 'u'])],
    inputs: [[2, 1, 3]],
    constants: [ints('s', [1]), ints('u', [0, -1])],
  },
  {
    name: 'Squeeze before opset 13',
    nodes: [node('Squeeze', ['a'], { axes: attr.ints([0]) })],
    inputs: [[1, 4]],
    opset: 11,
  },
  {
    name: 'Slice with a step',
    nodes: [node('Slice', ['a', 'b0', 'e0', 'x0', 't0'])],
    inputs: [[7, 3]],
    constants: [ints('b0', [1]), ints('e0', [LAST]), ints('x0', [0]), ints('t0', [2])],
  },
  {
    name: 'Slice backwards',
    nodes: [node('Slice', ['a', 'b0', 'e0', 'x0', 't0'])],
    inputs: [[7, 3]],
    constants: [ints('b0', [-1]), ints('e0', [-LAST]), ints('x0', [0]), ints('t0', [-1])],
  },
  {
    name: 'Slice backwards from before the first',
    nodes: [node('Slice', ['a', 'b0', 'e0', 'x0', 't0'])],
    inputs: [[7, 3]],
    constants: [ints('b0', [-100]), ints('e0', [-LAST]), ints('x0', [0]), ints('t0', [-2])],
  },
  ...[2n ** 31n - 1n, 2n ** 63n - 1n].map(
    (end): Case => ({
      name: `Slice backwards to the end, ${end}`,
      nodes: [node('Slice', ['a', 'b0', 'e0', 'x0', 't0'])],
      inputs: [[7, 3]],
      constants: [
        ...[ints('b0', [-2]), ints('x0', [0]), ints('t0', [-1])],
        { name: 'e0', shape: [1], type: 'int64', data: BigInt64Array.of(end) },
      ],
    }),
  ),
  {
    name: 'Slice to an end that a Constant lists',
    nodes: [
      node('Constant', [], { value_ints: attr.ints([2 ** 63]) }, ['e0']),
      node('Slice', ['a', 'b0', 'e0']),
    ],
    inputs: [[7, 3]],
    constants: [ints('b0', [1])],
  },
  {
    name: 'Slice to an end that a Constant names and others shape',
    nodes: [
      node('Constant', [], { value_int: attr.int(2 ** 63) }, ['end']),
      node('Unsqueeze', ['end', 'x0'], {}, ['e0']),
      node('Slice', ['a', 'b0', 'e0']),
    ],
    inputs: [[7, 3]],
    constants: [ints('b0', [1]), ints('x0', [0])],
  },
  {
    name: 'Slice backwards through nothing',
    nodes: [node('Slice', ['a', 'b0', 'e0', 'x0', 't0'])],
    inputs: [[0, 3]],
    constants: [ints('b0', [-1]), ints('e0', [-LAST]), ints('x0', [0]), ints('t0', [-1])],
  },
  {
    name: 'A size that is halved in float64',
    nodes: [
      node('Shape', ['a'], {}, ['sizes']),
      node('Cast', ['sizes'], { to: attr.int(11) }, ['wide']),
      node('Cast', ['two'], { to: attr.int(11) }, ['by']),
      node('Div', ['wide', 'by'], {}, ['halves']),
      node('Cast', ['halves'], { to: attr.int(1) }, ['floats']),
      node('Cast', ['floats'], { to: attr.int(7) }, ['target']),
      node('Reshape', ['a', 'target']),
    ],
    inputs: [[4, 0]],
    constants: [ints('two', [2])],
  },
  // 10 times 0.7 is 7 in float32 and in float64, and less where one's 0.7 meets the other's product.
  {
    name: 'A size that is scaled in float32',
    nodes: [
      node('Shape', ['a'], {}, ['sizes']),
      node('Cast', ['sizes'], { to: attr.int(1) }, ['floats']),
      node('Mul', ['floats', 'by'], {}, ['scaled']),
      node('Floor', ['scaled']),
    ],
    inputs: [[10, 30]],
    constants: [{ name: 'by', shape: [], type: 'float32', data: Float32Array.of(0.7) }],
  },
  {
    name: 'A size that is scaled in float64',
    nodes: [
      node('Shape', ['a'], {}, ['sizes']),
      node('Cast', ['sizes'], { to: attr.int(11) }, ['wide']),
      node('Div', ['seven', 'ten'], {}, ['by']),
      node('Mul', ['wide', 'by'], {}, ['scaled']),
      node('Cast', ['scaled'], { to: attr.int(7) }, ['whole']),
      node('Cast', ['whole'], { to: attr.int(1) }),
    ],
    inputs: [[10, 30]],
    constants: [
      { name: 'seven', shape: [], type: 'float64', data: Float64Array.of(7) },
      { name: 'ten', shape: [], type: 'float64', data: Float64Array.of(10) },
    ],
  },
  {
    name: 'Cast to float16 and back',
    nodes: [node('Cast', ['a'], { to: attr.int(10) }, ['half']), node('Cast', ['half'], { to: attr.int(1) })],
    inputs: [[3, 7]],
    // Half of a step of float16 at 3.
    tolerance: 1e-3,
  },
  {
    name: 'Pow by whole numbers',
    nodes: [node('Pow', ['a', 'b'], {}, ['p']), node('Pow', ['p', 'two'])],
    inputs: [[2, 3], whole([3], [1, 0, 2])],
    constants: [scalar('two', 2)],
  },
  {
    name: 'Pad of whole numbers',
    nodes: [node('Pad', ['a', 'pads', 'seven'], {}, ['p']), node('Cast', ['p'], { to: attr.int(1) })],
    inputs: [whole([2, 3], [1, 2, 3, 4, 5, 6])],
    constants: [ints('pads', [0, 1, 1, 0]), scalar('seven', 7)],
  },
  {
    name: 'Mean of the sizes, in whole numbers',
    nodes: [
      node('Shape', ['a'], {}, ['sizes']),
      node('Cast', ['sizes'], { to: attr.int(6) }, ['few']),
      node('ReduceMean', ['few'], { keepdims: attr.int(0) }, ['mean']),
      node('Cast', ['mean'], { to: attr.int(1) }),
    ],
    inputs: [[2, 5]],
  },
  {
    name: 'Slice of two axes',
    nodes: [node('Slice', ['a', 'b0', 'e0'])],
    inputs: [[5, 20]],
    constants: [ints('b0', [1, 2]), ints('e0', [-1, 19])],
  },
  {
    name: 'Slice of nothing',
    nodes: [node('Slice', ['a', 'b0', 'e0'])],
    inputs: [[5, 2]],
    constants: [ints('b0', [3]), ints('e0', [2])],
  },
  {
    name: 'Concat',
    nodes: [node('Concat', ['a', 'b', 'c'], { axis: attr.int(-1) })],
    inputs: [
      [3, 2, 5],
      [3, 2, 20],
      [3, 2, 1],
    ],
  },
  {
    name: 'Pad',
    nodes: [node('Pad', ['a', 's', 'v'])],
    inputs: [[3, 4]],
    constants: [ints('s', [1, 0, 0, 2]), floats('v', [])],
  },
  {
    name: 'Pad that cuts',
    nodes: [node('Pad', ['a', 's'])],
    inputs: [[4, 4]],
    constants: [ints('s', [-1, 1, 2, -2])],
  },
  {
    name: 'Gather of one place',
    nodes: [node('Gather', ['a', 'at'], { axis: attr.int(0) })],
    inputs: [[4, 3]],
    constants: [scalar('at', -1)],
  },
  {
    name: 'Gather of several',
    nodes: [node('Gather', ['a', 'at'], { axis: attr.int(1) })],
    inputs: [[2, 4, 3]],
    constants: [ints('at', [3, 0, 3])],
  },
  {
    name: 'Expand',
    nodes: [node('Expand', ['a', 's'])],
    inputs: [[3, 1]],
    constants: [ints('s', [2, 1, 4])],
  },
  {
    name: 'Split',
    nodes: [node('Split', ['a', 's'], { axis: attr.int(1) }, ['y', 'z'])],
    inputs: [[2, 5]],
    constants: [ints('s', [2, 3])],
    outputs: ['y', 'z'],
  },
  {
    name: 'Identity and Dropout',
    nodes: [node('Dropout', ['a'], {}, ['d']), node('Identity', ['d'])],
    inputs: [[2, 3]],
  },
  {
    name: 'join of two steps, as our exporter writes it',
    nodes: [
      node('Pad', ['a', 'pads'], {}, ['padded']),
      node('Slice', ['padded', 's0', 'e0', 'x', 't'], {}, ['even']),
      node('Slice', ['padded', 's1', 'e1', 'x', 't'], {}, ['odd']),
      node('Concat', ['even', 'odd'], { axis: attr.int(2) }),
    ],
    inputs: [[7, 2, 5]],
    constants: [
      ints('pads', [0, 0, 0, 1, 0, 0]),
      ints('s0', [0]),
      ints('e0', [-1]),
      ints('s1', [1]),
      ints('e1', [LAST]),
      ints('x', [0]),
      ints('t', [2]),
    ],
  },
  {
    name: 'a shape that is computed, as PyTorch writes it',
    nodes: [
      node('Shape', ['a'], {}, ['shape']),
      node('Gather', ['shape', 'one'], {}, ['B']),
      node('Unsqueeze', ['B', 'axis'], {}, ['Bs']),
      node('Concat', ['two', 'Bs', 'five'], { axis: attr.int(0) }, ['state']),
      node(
        'ConstantOfShape',
        ['state'],
        { value: attr.tensor({ name: '', shape: [1], type: 'float32', data: Float32Array.of(0.5) }) },
        ['h0'],
      ),
      node(
        'GRU',
        ['a', 'w', 'r', '', '', 'h0'],
        { hidden_size: attr.int(5), direction: attr.string('bidirectional') },
        ['g', 'y'],
      ),
    ],
    inputs: [[6, 3, 4]],
    constants: [
      scalar('one', 1),
      ints('axis', [0]),
      ints('two', [2]),
      ints('five', [5]),
      floats('w', [2, 15, 4]),
      floats('r', [2, 15, 5]),
    ],
  },
];
