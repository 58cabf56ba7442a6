/** Everything that ONNX computes number by number, with its broadcasting; the kernels' own few are in pointwise.ts. */
import { activation, attributeOf, type OnnxNode, type ScalarFunction, sigmoid } from '@rivulet/core';
import { type Computation, type Compute, computed, type Numbers, type Writable } from '../computed.ts';
import type { Operator } from '../operator.ts';
import { broadcast, type ElementType, spreadStrides, type Value } from '../value.ts';
import { type Walk, walk } from '../walk.ts';

type Pair = (a: number, b: number) => number;

const float = (node: OnnxNode, name: string, fallback?: number): number | undefined =>
  attributeOf(node, name, 'float', fallback as number);

/** Activations of core's table, which recurrent cells share. */
const named =
  (name: Parameters<typeof activation>[0]) =>
  (node: OnnxNode): ScalarFunction =>
    activation(name, float(node, 'alpha'), float(node, 'beta'));

const plain =
  <F>(f: F) =>
  (): F =>
    f;

/** Abramowitz and Stegun 7.1.26, within 1.5e-7. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - series * Math.exp(-x * x));
}

/** To the nearest, halves to the even one. */
export function roundEven(x: number): number {
  const near = Math.round(x);
  return near - x === 0.5 && near % 2 !== 0 ? near - 1 : near;
}

const softplus = activation('softplus');
const elu = (alpha: number): ScalarFunction => activation('elu', alpha);

const UNARY: Readonly<Record<string, (node: OnnxNode) => ScalarFunction>> = {
  Relu: named('relu'),
  Tanh: named('tanh'),
  Sigmoid: named('sigmoid'),
  Softplus: named('softplus'),
  Softsign: named('softsign'),
  LeakyRelu: named('leakyrelu'),
  ThresholdedRelu: named('thresholdedrelu'),
  HardSigmoid: named('hardsigmoid'),
  Elu: named('elu'),
  Celu: (node) => {
    const alpha = float(node, 'alpha', 1)!;
    return (x) => (x < 0 ? alpha * Math.expm1(x / alpha) : x);
  },
  Selu: (node) => {
    const [inner, gamma] = [elu(float(node, 'alpha', 1.6732632)!), float(node, 'gamma', 1.0507009)!];
    return (x) => gamma * inner(x);
  },
  Gelu: (node) =>
    attributeOf(node, 'approximate', 'string', 'none') === 'tanh'
      ? (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))
      : (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  HardSwish: plain((x) => x * Math.min(1, Math.max(0, x / 6 + 0.5))),
  Mish: plain((x) => x * Math.tanh(softplus(x))),
  Swish: (node) => {
    const alpha = float(node, 'alpha', 1)!;
    return (x) => x * sigmoid(alpha * x);
  },
  Abs: plain(Math.abs),
  Neg: plain((x) => -x),
  Exp: plain(Math.exp),
  Log: plain(Math.log),
  Sqrt: plain(Math.sqrt),
  Reciprocal: plain((x) => 1 / x),
  Floor: plain(Math.floor),
  Ceil: plain(Math.ceil),
  Round: plain(roundEven),
  Sign: plain(Math.sign),
  Erf: plain(erf),
  Sin: plain(Math.sin),
  Cos: plain(Math.cos),
  Not: plain((x) => (x ? 0 : 1)),
  IsNaN: plain((x) => (Number.isNaN(x) ? 1 : 0)),
  IsInf: (node) => {
    const [low, high] = ['detect_negative', 'detect_positive'].map((name) =>
      attributeOf(node, name, 'int', 1),
    );
    return (x) => ((x === Infinity && high) || (x === -Infinity && low) ? 1 : 0);
  },
};

const truth =
  (f: (a: number, b: number) => boolean): (() => Pair) =>
  () =>
  (a, b) =>
    f(a, b) ? 1 : 0;

/** Of floats, or of integers. */
const BINARY: Readonly<Record<string, (type: ElementType, node: OnnxNode) => Pair>> = {
  Add: plain((a, b) => a + b),
  Sub: plain((a, b) => a - b),
  Mul: plain((a, b) => a * b),
  Div: (type) => (type === 'int32' ? (a, b) => Math.trunc(a / b) : (a, b) => a / b),
  Pow: plain((a, b) => a ** b),
  // With fmod the sign of the dividend, without it the sign of the divisor.
  Mod: (_type, node) =>
    attributeOf(node, 'fmod', 'int', 0) ? (a, b) => a % b : (a, b) => a - b * Math.floor(a / b),
  PRelu: plain((x, slope) => (x < 0 ? slope * x : x)),
};

/** True or false, of whatever they compare. */
const COMPARISONS: Readonly<Record<string, () => Pair>> = {
  Equal: truth((a, b) => a === b),
  Less: truth((a, b) => a < b),
  LessOrEqual: truth((a, b) => a <= b),
  Greater: truth((a, b) => a > b),
  GreaterOrEqual: truth((a, b) => a >= b),
  And: truth((a, b) => Boolean(a && b)),
  Or: truth((a, b) => Boolean(a || b)),
  Xor: truth((a, b) => !a !== !b),
};

const VARIADIC: Readonly<Record<string, Pair>> = {
  Sum: (a, b) => a + b,
  Mean: (a, b) => a + b,
  Max: Math.max,
  Min: Math.min,
};

type Loop = (walked: Walk, inputs: readonly Numbers[], out: Writable) => void;

const unaryLoop =
  (f: ScalarFunction): Loop =>
  (_walked, [x], out) => {
    for (let i = 0; i < out.length; i++) out[i] = f(x![i]!);
  };

const binaryLoop =
  (f: Pair): Loop =>
  ({ run, steps, each }, [a, b], out) => {
    const [aStep, bStep] = steps as [number, number];
    let o = 0;
    each(([u, v]) => {
      for (let i = 0; i < run; i++) out[o++] = f(a![u! + i * aStep]!, b![v! + i * bStep]!);
    });
  };

const ternaryLoop =
  (f: (a: number, b: number, c: number) => number): Loop =>
  ({ run, steps, each }, [a, b, c], out) => {
    const [aStep, bStep, cStep] = steps as [number, number, number];
    let o = 0;
    each(([u, v, w]) => {
      for (let i = 0; i < run; i++) {
        out[o++] = f(a![u! + i * aStep]!, b![v! + i * bStep]!, c![w! + i * cStep]!);
      }
    });
  };

/** Folds any number of tensors, the sum divided by `parts`. */
const variadicLoop =
  (f: Pair, parts: number): Loop =>
  ({ run, steps, each }, inputs, out) => {
    let o = 0;
    each((at) => {
      for (let i = 0; i < run; i++) {
        let value = inputs[0]![at[0]! + i * steps[0]!]!;
        for (let k = 1; k < inputs.length; k++) value = f(value, inputs[k]![at[k]! + i * steps[k]!]!);
        out[o++] = value / parts;
      }
    });
  };

function over(
  node: OnnxNode,
  values: readonly (Value | undefined)[],
  type: ElementType,
  loop: Loop,
): Computation {
  const shapes = values.map((value) => value!.shape);
  const shape = shapes.reduce((a, b) => broadcast(node.op, a, b));
  const walked = walk(
    shape,
    shapes.map((own) => spreadStrides(own, shape)),
  );
  return { outputs: [{ shape, type }], run: (inputs, [out]) => loop(walked, inputs, out!) };
}

const elementwise: Compute = (node, inputs) => {
  const { op } = node;
  const { type } = inputs[0]!;
  const [one, two, truths, many] = [UNARY[op], BINARY[op], COMPARISONS[op], VARIADIC[op]];
  if (one) return over(node, inputs, op.startsWith('Is') ? 'int32' : type, unaryLoop(one(node)));
  if (two) return over(node, inputs, type, binaryLoop(two(type, node)));
  if (truths) return over(node, inputs, 'int32', binaryLoop(truths()));
  return over(node, inputs, type, variadicLoop(many!, op === 'Mean' ? inputs.length : 1));
};

/** ONNX's numbers of float32, int32, int64, bool, and float16, which is computed in float32 here. */
const CASTS = new Set([1, 6, 7, 9, 10]);
const FLOAT64 = 11;

const cast: Compute = (node, [x]) => {
  const to = attributeOf(node, 'to', 'int', 1);
  const type = to === 1 || to === 10 || !CASTS.has(to) ? 'float32' : 'int32';
  // NaN is true.
  const f: ScalarFunction = to === 9 ? (v) => (v === 0 ? 0 : 1) : type === 'int32' ? Math.trunc : (v) => v;
  return over(node, [x], type, unaryLoop(f));
};

const where: Compute = (node, inputs) =>
  over(
    node,
    inputs,
    inputs[1]!.type,
    ternaryLoop((condition, a, b) => (condition ? a : b)),
  );

/** Bounds are inputs, before opset 11 attributes. */
const clip: Compute = (node, [x, low, high]) => {
  const [least, most] = [float(node, 'min', -Infinity)!, float(node, 'max', Infinity)!];
  return {
    outputs: [x!],
    run([from, bottom, top], [out]) {
      const [lower, upper] = [low ? bottom![0]! : least, high ? top![0]! : most];
      for (let i = 0; i < out!.length; i++) out![i] = Math.min(upper, Math.max(lower, from![i]!));
    },
  };
};

const table = (names: readonly string[], operator: Operator): Record<string, Operator> =>
  Object.fromEntries(names.map((name) => [name, operator]));

export const ELEMENTWISE: Readonly<Record<string, Operator>> = {
  ...table([...Object.keys(UNARY), ...Object.keys(VARIADIC)], computed(elementwise)),
  ...table([...Object.keys(BINARY), ...Object.keys(COMPARISONS)], computed(elementwise, { needs: 2 })),
  Where: computed(where, { needs: 3 }),
  Clip: computed(clip),
  Cast: computed(cast, {
    refuses: ({ node, inputs }, { isHost }) => {
      const to = attributeOf(node, 'to', 'int', 1);
      // Sizes that are divided in float64, as PyTorch does: what is known before running is computed in it.
      const taken = CASTS.has(to) || (to === FLOAT64 && isHost(inputs[0] ?? ''));
      return taken ? undefined : `to type ${to}`;
    },
  }),
};
