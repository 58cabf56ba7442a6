/** Number by number: arithmetic, activations, comparisons, casts. */
import { attr, type OnnxNode, type OnnxTensor } from '@rivulet/core';
import { node, whole } from '../../operatorCase.ts';
import type { OpsetCase } from './opsetCase.ts';

const SHAPE = [2, 3, 4];

/** From any type to one that both engines give back. */
export const asFloat = (from: string, to = 'y'): OnnxNode => node('Cast', [from], { to: attr.int(1) }, [to]);

export const list = (name: string, values: readonly number[], shape = [values.length]): OnnxTensor => ({
  name,
  shape,
  type: 'float32',
  data: Float32Array.from(values),
});

const unary = (op: string, since = 7, attributes: OnnxNode['attributes'] = {}): OpsetCase => ({
  op,
  since,
  ...(Object.keys(attributes).length > 0 && { about: String(Object.keys(attributes)) }),
  build: () => ({ nodes: [node(op, ['a'], attributes)], inputs: [SHAPE] }),
});

/** Of numbers above 0. */
const ofPositive = (op: string): OpsetCase => ({
  op,
  since: 7,
  build: () => ({ nodes: [node('Exp', ['a'], {}, ['p']), node(op, ['p'])], inputs: [SHAPE] }),
});

const binary = (op: string, since = 7, attributes: OnnxNode['attributes'] = {}): OpsetCase => ({
  op,
  since,
  build: () => ({ nodes: [node(op, ['a', 'b'], attributes)], inputs: [SHAPE, [3, 1]] }),
});

const integers = (op: string, since = 7): OpsetCase => ({
  op,
  about: 'of integers',
  since,
  build: () => ({
    nodes: [node(op, ['a', 'b'], {}, ['i']), asFloat('i')],
    inputs: [whole([2, 3], [7, -7, 6, -1, 0, 9]), whole([3], [2, 2, 3])],
  }),
});

const comparison = (op: string, since = 7): OpsetCase => ({
  op,
  since,
  build: () => ({ nodes: [node(op, ['a', 'b'], {}, ['t']), asFloat('t')], inputs: [SHAPE, [4]] }),
});

const truths = (op: string): OpsetCase => ({
  op,
  since: 7,
  build: () => ({
    nodes: [
      node('Greater', ['a', 'b'], {}, ['s']),
      node('Less', ['a', 'c'], {}, ['t']),
      node(op, op === 'Not' ? ['s'] : ['s', 't'], {}, ['u']),
      asFloat('u'),
      asFloat('t', 'v'),
    ],
    outputs: ['y', 'v'],
    inputs: [SHAPE, [3, 4], [4]],
  }),
});

/** Shapes broadcast from opset 8 on. */
const variadic = (op: string): OpsetCase => ({
  op,
  since: 7,
  build: (opset) => ({
    nodes: [node(op, ['a', 'b', 'c'])],
    inputs: opset < 8 ? [SHAPE, SHAPE, SHAPE] : [SHAPE, [3, 1], [4]],
  }),
});

const cast = (to: number, about: string): OpsetCase => ({
  op: 'Cast',
  about,
  since: 7,
  build: () => ({ nodes: [node('Cast', ['a'], { to: attr.int(to) }, ['i']), asFloat('i')], inputs: [SHAPE] }),
});

const FLOAT = { alpha: attr.float(0.3) };

export const NUMBERS: readonly OpsetCase[] = [
  ...['Relu', 'Tanh', 'Sigmoid', 'Softplus', 'Softsign', 'LeakyRelu', 'HardSigmoid', 'Elu', 'Selu'].map(
    (op) => unary(op),
  ),
  unary('LeakyRelu', 7, FLOAT),
  unary('Elu', 7, FLOAT),
  unary('HardSigmoid', 7, { ...FLOAT, beta: attr.float(0.4) }),
  unary('ThresholdedRelu', 10),
  unary('Celu', 12, FLOAT),
  unary('HardSwish', 14),
  unary('Mish', 18),
  unary('Gelu', 20),
  unary('Gelu', 20, { approximate: attr.string('tanh') }),
  // Onnxruntime makes other operators of it at this version alone.
  { ...unary('Swish', 24), until: 24 },
  ...['Abs', 'Neg', 'Exp', 'Floor', 'Ceil', 'Sin', 'Cos'].map((op) => unary(op)),
  ...['Log', 'Sqrt', 'Reciprocal'].map(ofPositive),
  ...['Tan', 'Atan'].map((op) => unary(op)),
  ...['Sinh', 'Cosh'].map((op) => unary(op, 9)),
  // Of what lies in (-1, 1).
  ...['Asin', 'Acos'].map(
    (op): OpsetCase => ({
      op,
      since: 7,
      build: () => ({ nodes: [node('Tanh', ['a'], {}, ['t']), node(op, ['t'])], inputs: [[2, 3]] }),
    }),
  ),
  unary('Sign', 9),
  unary('Erf', 9),
  {
    op: 'Round',
    since: 11,
    build: () => ({
      nodes: [node('Round', ['halves'])],
      inputs: [],
      constants: [list('halves', [0.5, 1.5, -2.5, 2.4])],
    }),
  },
  ...[
    { op: 'IsNaN', since: 9 },
    { op: 'IsInf', since: 10 },
  ].map(
    ({ op, since }): OpsetCase => ({
      op,
      since,
      build: () => ({
        nodes: [node('Log', ['a'], {}, ['l']), node(op, ['l'], {}, ['t']), asFloat('t')],
        inputs: [{ shape: [4], data: Float32Array.of(-1, 0, 1, 2) }],
      }),
    }),
  ),
  truths('Not'),
  ...['Add', 'Sub', 'Mul', 'Div', 'PRelu'].map((op) => binary(op)),
  ...['Add', 'Sub', 'Mul', 'Div'].map((op) => integers(op)),
  {
    op: 'Pow',
    since: 7,
    build: () => ({ nodes: [node('Exp', ['a'], {}, ['p']), node('Pow', ['p', 'b'])], inputs: [SHAPE, [4]] }),
  },
  {
    op: 'Pow',
    about: 'by an integer',
    since: 12,
    build: () => ({ nodes: [node('Pow', ['a', 'b'])], inputs: [SHAPE, whole([4], [0, 1, 2, 3])] }),
  },
  binary('Mod', 10, { fmod: attr.int(1) }),
  integers('Mod', 10),
  integers('Equal'),
  comparison('Equal', 11),
  ...['Less', 'Greater'].map((op) => comparison(op)),
  ...['Less', 'Greater'].map((op) => integers(op, 9)),
  ...['LessOrEqual', 'GreaterOrEqual'].map((op) => comparison(op, 12)),
  ...['And', 'Or', 'Xor'].map(truths),
  ...['Sum', 'Mean', 'Max', 'Min'].map(variadic),
  {
    op: 'Where',
    since: 9,
    build: () => ({
      nodes: [node('Greater', ['a', 'b'], {}, ['t']), node('Where', ['t', 'a', 'c'])],
      inputs: [SHAPE, [4], [3, 1]],
    }),
  },
  {
    // Bounds were attributes before 11, and floats only before 12.
    op: 'Clip',
    since: 7,
    build: (opset) => ({
      nodes: [
        opset < 11
          ? node('Clip', ['a'], { min: attr.float(-1), max: attr.float(2) })
          : node('Clip', ['a', 'min', 'max']),
      ],
      inputs: [SHAPE],
      constants: opset < 11 ? [] : [list('min', [-1], []), list('max', [2], [])],
    }),
  },
  {
    op: 'Clip',
    about: 'from below',
    since: 7,
    build: (opset) => ({
      nodes: [opset < 11 ? node('Clip', ['a'], { min: attr.float(-1) }) : node('Clip', ['a', 'min'])],
      inputs: [SHAPE],
      constants: opset < 11 ? [] : [list('min', [-1], [])],
    }),
  },
  {
    op: 'Clip',
    about: 'from above',
    since: 7,
    build: (opset) => ({
      nodes: [opset < 11 ? node('Clip', ['a'], { max: attr.float(1) }) : node('Clip', ['a', '', 'max'])],
      inputs: [SHAPE],
      constants: opset < 11 ? [] : [list('max', [1], [])],
    }),
  },
  cast(1, 'to float32'),
  cast(6, 'to int32'),
  cast(7, 'to int64'),
  cast(9, 'to bool'),
];
