/** Over an axis, and at places that the data names. */
import { attr, type OnnxNode, type OnnxTensor } from '@rivulet/core';
import { floats, node, scalar, whole } from '../../operatorCase.ts';
import { asFloat, list } from './numbers.ts';
import { type OpsetCase, operand } from './opsetCase.ts';

const X = [2, 3, 4];
const NEGATIVE = 11;

const REDUCTIONS = [
  ...['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceProd', 'ReduceSumSquare'],
  ...['ReduceL1', 'ReduceL2', 'ReduceLogSum', 'ReduceLogSumExp'],
];

/** Axes are an input since 13 (ReduceSum) or 18 (the others). */
const reduced = (about: string, axes: readonly number[] | undefined, keep: boolean, since = 7): OpsetCase[] =>
  REDUCTIONS.map((op) => ({
    op,
    about,
    since,
    build: (opset) => {
      const isInput = opset >= (op === 'ReduceSum' ? 13 : 18);
      const own = axes ? operand('axes', axes, isInput) : { inputs: [], attributes: {}, constants: [] };
      return {
        // Of positive numbers: a logarithm is asked for.
        nodes: [
          node('Exp', ['a'], {}, ['p']),
          node(op, ['p', ...own.inputs], { ...own.attributes, ...(!keep && { keepdims: attr.int(0) }) }),
        ],
        inputs: [X],
        constants: own.constants,
        tolerance: 1e-2,
      };
    },
  }));

/** Since the axes are an input, none of them may mean that nothing is reduced. */
const untouched: readonly OpsetCase[] = ['ReduceSum', 'ReduceMax'].map((op) => ({
  op,
  about: 'over no axis',
  since: op === 'ReduceSum' ? 13 : 18,
  build: () => ({ nodes: [node(op, ['a'], { noop_with_empty_axes: attr.int(1) })], inputs: [X] }),
}));

const TIES = { shape: [2, 4], data: Float32Array.of(1, 3, 3, 0, -2, -2, -5, -5) };

const argued = (op: string, about: string, since: number, attributes: OnnxNode['attributes']): OpsetCase => ({
  op,
  about,
  since,
  build: () => ({ nodes: [node(op, ['a'], attributes, ['i']), asFloat('i')], inputs: [TIES] }),
});

/** `k` was an attribute before 10. */
const topK = (about: string, since: number, attributes: OnnxNode['attributes'] = {}): OpsetCase => ({
  op: 'TopK',
  about,
  since,
  build: (opset) => {
    const isInput = opset >= 10;
    const k = { ...attributes, ...(!isInput && { k: attr.int(2) }) };
    return {
      nodes: [node('TopK', isInput ? ['a', 'k'] : ['a'], k, ['y', 'i']), asFloat('i', 'z')],
      inputs: [X],
      constants: isInput ? [{ ...scalar('k', 2), shape: [1] }] : [],
      outputs: ['y', 'z'],
    };
  },
});

const scattered = (op: string, reduction: string, since: number): OpsetCase => ({
  op,
  about: reduction,
  since,
  build: (opset) => ({
    nodes: [node(op, ['a', 'b', 'c'], opset < 16 ? {} : { reduction: attr.string(reduction) })],
    inputs:
      op === 'ScatterND'
        ? [[4, 3], whole([2, 1], [3, 1]), [2, 3]]
        : [[4, 3], whole([2, 3], [3, 0, -1, 1, 2, 1]), [2, 3]],
  }),
});

const at = (name: string, value: number): OnnxTensor => scalar(name, value);

export const OVER_AXES: readonly OpsetCase[] = [
  ...reduced('all', undefined, true),
  ...reduced('axes 0 and 2', [0, 2], false),
  ...reduced('an axis from the end', [-1], true, NEGATIVE),
  ...untouched,
  ...['ArgMax', 'ArgMin'].flatMap((op) => [
    argued(op, '', 7, {}),
    argued(op, 'along 1', 7, { axis: attr.int(1), keepdims: attr.int(0) }),
    argued(op, 'from the end', NEGATIVE, { axis: attr.int(-1) }),
    argued(op, 'the last of equals', 12, { axis: attr.int(1), select_last_index: attr.int(1) }),
  ]),
  topK('', 7),
  topK('along 1', 7, { axis: attr.int(1) }),
  topK('the smallest', 11, { axis: attr.int(-2), largest: attr.int(0) }),
  {
    op: 'CumSum',
    since: 11,
    build: () => ({
      nodes: [
        node('CumSum', ['a', 'axis']),
        node('CumSum', ['a', 'axis'], { exclusive: attr.int(1), reverse: attr.int(1) }, ['z']),
      ],
      inputs: [X],
      constants: [at('axis', -2)],
      outputs: ['y', 'z'],
    }),
  },
  {
    op: 'Trilu',
    since: 14,
    build: () => ({
      nodes: [node('Trilu', ['a']), node('Trilu', ['a', 'k'], { upper: attr.int(0) }, ['z'])],
      inputs: [X],
      constants: [at('k', -1)],
      outputs: ['y', 'z'],
    }),
  },
  {
    op: 'GatherElements',
    since: 11,
    build: () => ({
      nodes: [node('GatherElements', ['a', 'b'], { axis: attr.int(1) })],
      inputs: [[3, 4], whole([3, 2], [0, -1, 3, 2, 1, 1])],
    }),
  },
  {
    op: 'GatherND',
    since: 11,
    build: () => ({
      nodes: [node('GatherND', ['a', 'b'])],
      inputs: [X, whole([2, 2], [1, 2, 0, 0])],
    }),
  },
  {
    op: 'GatherND',
    about: 'for each of a batch',
    since: 12,
    build: () => ({
      nodes: [node('GatherND', ['a', 'b'], { batch_dims: attr.int(1) })],
      inputs: [X, whole([2, 1], [2, 0])],
    }),
  },
  ...['ScatterElements', 'ScatterND'].flatMap((op) => [
    scattered(op, 'none', 11),
    ...['add', 'mul'].map((reduction) => scattered(op, reduction, 16)),
    ...['max', 'min'].map((reduction) => scattered(op, reduction, 18)),
  ]),
  {
    op: 'OneHot',
    since: 9,
    build: () => ({
      nodes: [node('OneHot', ['a', 'depth', 'values'])],
      inputs: [whole([2, 2], [0, 3, 1, 2])],
      constants: [at('depth', 4), list('values', [-1, 2])],
    }),
  },
  {
    op: 'OneHot',
    about: 'from the end',
    since: NEGATIVE,
    build: () => ({
      nodes: [node('OneHot', ['a', 'depth', 'values'], { axis: attr.int(0) })],
      inputs: [whole([3], [-1, 1, 0])],
      constants: [at('depth', 4), list('values', [0, 1])],
    }),
  },
  {
    op: 'ReverseSequence',
    since: 10,
    build: () => ({ nodes: [node('ReverseSequence', ['a', 'b'])], inputs: [[4, 2], whole([2], [3, 4])] }),
  },
  {
    op: 'Einsum',
    since: 12,
    build: () => ({
      nodes: [node('Einsum', ['a', 'w'], { equation: attr.string('tbh,hk->btk') })],
      inputs: [X],
      constants: [floats('w', [4, 2])],
    }),
  },
];
