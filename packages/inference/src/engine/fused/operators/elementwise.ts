/**
 * What ONNX computes number by number, with its broadcasting: what models and their shapes are full of. Others are in
 * rareElementwise.ts, the kernels' own in pointwise.ts.
 */
import { activation, attributeOf, type OnnxNode, type ScalarFunction } from '@rivulet/core';
import { type Computation, type Compute, computed, type Numbers, type Writable } from '../computed.ts';
import type { Operator } from '../operator.ts';
import { broadcast, type ElementType, spreadStrides, type Value } from '../value.ts';
import { type Walk, walk } from '../walk.ts';

export type Pair = (a: number, b: number) => number;
/** What a node computes with numbers of a type, by ONNX's name. */
export type Functions<F> = Readonly<Record<string, (node: OnnxNode, type: ElementType) => F>>;

export const float = (node: OnnxNode, name: string, fallback?: number): number | undefined =>
  attributeOf(node, name, 'float', fallback as number);

/** Activations of core's table, which recurrent cells share. */
const named =
  (name: Parameters<typeof activation>[0]) =>
  (node: OnnxNode): ScalarFunction =>
    activation(name, float(node, 'alpha'), float(node, 'beta'));

export const plain =
  <F>(f: F) =>
  (): F =>
    f;

const UNARY: Functions<ScalarFunction> = {
  Relu: named('relu'),
  Tanh: named('tanh'),
  Sigmoid: named('sigmoid'),
  Softplus: named('softplus'),
  Softsign: named('softsign'),
  LeakyRelu: named('leakyrelu'),
  ThresholdedRelu: named('thresholdedrelu'),
  HardSigmoid: named('hardsigmoid'),
  Elu: named('elu'),
  Abs: plain(Math.abs),
  Neg: plain((x) => -x),
  Sqrt: plain(Math.sqrt),
  Floor: plain(Math.floor),
  Ceil: plain(Math.ceil),
  Not: plain((x) => (x ? 0 : 1)),
};

export const truth =
  (f: (a: number, b: number) => boolean): (() => Pair) =>
  () =>
  (a, b) =>
    f(a, b) ? 1 : 0;

const BINARY: Functions<Pair> = {
  Add: plain((a, b) => a + b),
  Sub: plain((a, b) => a - b),
  Mul: plain((a, b) => a * b),
  Div: (_node, type) => (type === 'int32' ? (a, b) => Math.trunc(a / b) : (a, b) => a / b),
  Pow: plain((a, b) => a ** b),
};

const COMPARISONS: Functions<Pair> = {
  Equal: truth((a, b) => a === b),
  Less: truth((a, b) => a < b),
  LessOrEqual: truth((a, b) => a <= b),
  Greater: truth((a, b) => a > b),
  GreaterOrEqual: truth((a, b) => a >= b),
  And: truth((a, b) => Boolean(a && b)),
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
  grows = true,
): Computation {
  const shapes = values.map((value) => value!.shape);
  const shape = shapes.reduce((a, b) => broadcast(node.op, a, b));
  const walked = walk(
    shape,
    shapes.map((own) => spreadStrides(own, shape)),
  );
  return { outputs: [{ shape, type }], grows, run: (inputs, [out]) => loop(walked, inputs, out!) };
}

/** By ONNX's name, of floats or of integers; what asks (`Is...`) is true or false. */
export const unaryOperators = (functions: Functions<ScalarFunction>): Record<string, Operator> =>
  operators(functions, 1, (of) => (node, inputs) => {
    const type = node.op.startsWith('Is') ? 'int32' : inputs[0]!.type;
    return over(node, inputs, type, unaryLoop(of(node, type)));
  });

export const binaryOperators = (functions: Functions<Pair>): Record<string, Operator> =>
  operators(functions, 2, (of) => (node, inputs) => {
    const { type } = inputs[0]!;
    return over(node, inputs, type, binaryLoop(of(node, type)));
  });

/** True or false, of whatever they compare. */
export const comparisonOperators = (functions: Functions<Pair>): Record<string, Operator> =>
  operators(
    functions,
    2,
    (of) => (node, inputs) => over(node, inputs, 'int32', binaryLoop(of(node, 'int32')), false),
  );

const variadic: Compute = (node, inputs) => {
  const parts = node.op === 'Mean' ? inputs.length : 1;
  return over(node, inputs, inputs[0]!.type, variadicLoop(VARIADIC[node.op]!, parts));
};

function operators<F>(
  functions: Functions<F>,
  needs: number,
  compute: (of: Functions<F>[string]) => Compute,
): Record<string, Operator> {
  const made = Object.entries(functions).map(([name, of]) => [name, computed(compute(of), { needs })]);
  return Object.fromEntries(made);
}

/** ONNX's numbers of float32, int32, int64, bool, and float16, which is computed in float32 here. */
const CASTS = new Set([1, 6, 7, 9, 10]);
const FLOAT64 = 11;

/** What the numbers of a type are kept as; of float64 too. */
export const castTo = (to: number): ElementType =>
  to === 1 || to === 10 || !CASTS.has(to) ? 'float32' : 'int32';

const cast: Compute = (node, [x]) => {
  const to = attributeOf(node, 'to', 'int', 1);
  const type = castTo(to);
  // NaN is true.
  const f: ScalarFunction = to === 9 ? (v) => (v === 0 ? 0 : 1) : type === 'int32' ? Math.trunc : (v) => v;
  const { outputs, ...rest } = over(node, [x], type, unaryLoop(f));
  return { ...rest, outputs: outputs.map((output) => ({ ...output, double: to === FLOAT64 })) };
};

const where: Compute = (node, inputs) =>
  over(
    node,
    inputs,
    inputs[1]!.type,
    ternaryLoop((condition, a, b) => (condition ? a : b)),
    false,
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

export const ELEMENTWISE: Readonly<Record<string, Operator>> = {
  ...unaryOperators(UNARY),
  ...binaryOperators(BINARY),
  ...comparisonOperators(COMPARISONS),
  ...Object.fromEntries(
    Object.keys(VARIADIC).map((name) => [name, computed(variadic, { needs: Number.POSITIVE_INFINITY })]),
  ),
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
