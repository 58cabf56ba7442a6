/**
 * What each operator does to a dimension that is followed through a graph: keeps it apart (a step of the output
 * depends on that step of the input alone), takes its last place, or mixes its places, which a stream cannot do.
 */
import { attributeOf } from '@rivulet/core';
import type { PlanNode } from '../engine/fused/operator.ts';
import { namedEquation } from '../engine/fused/operators/equation.ts';
import { sliceRanges } from '../engine/fused/operators/move.ts';
import { kernelOf, windowsOf } from '../engine/fused/operators/windows.ts';
import { axisOf, count, type Value } from '../engine/fused/value.ts';
import { axisOfSpan, isAbove, type Span, spanOnAxis } from './span.ts';

/** `last`: only the newest step, as the final state of a recurrent node has it. */
export type Followed = Span | 'last' | undefined;

export interface Visit {
  readonly plan: PlanNode;
  readonly opset: number;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly (Value | undefined)[];
  /** Of each input; at least one is there. */
  readonly spans: readonly (Span | undefined)[];
  /** Whether a step may look at steps beside it, as `reachOf` tells. */
  readonly neighbours?: boolean | undefined;
}

/** @returns where the dimension is in each output (one answer serves all), or a sentence that says why not */
export type StepRule = (visit: Visit) => Followed | readonly Followed[] | string;

const shapeOf = (value: Value | undefined): readonly number[] => value?.shape ?? [];
const known = (value: Value | undefined): number[] | undefined =>
  value?.place === 'host' ? Array.from(value.data) : undefined;

/** Of what is given beside it, a bound or a scale, none may have steps. */
const same: StepRule = ({ spans: [span, ...others] }) =>
  others.some(Boolean) ? 'it combines a step with other steps' : span;

/** The one place that every followed input has in the output; `axisIn` says on which axis an input's axis ends up. */
function agreed(
  { inputs, outputs, spans }: Visit,
  axisIn: (axis: number, input: readonly number[], output: readonly number[], i: number) => number,
): Span | string {
  const out = shapeOf(outputs[0]);
  let found: Span | undefined;
  for (const [i, span] of spans.entries()) {
    if (!span) continue;
    const shape = shapeOf(inputs[i]);
    const at = axisOfSpan(shape, span);
    if (!at) return 'its steps are spread over several axes';
    const axis = axisIn(at.axis, shape, out, i);
    const moved = spanOnAxis(out, axis, at.step, span.size);
    if (out[axis] !== shape[at.axis] || (found && found.stride !== moved.stride)) {
      return 'it combines a step with other steps';
    }
    found = moved;
  }
  return found!;
}

const fromTheRight = (axis: number, shape: readonly number[], out: readonly number[]): number =>
  axis + out.length - shape.length;

const broadcast: StepRule = (visit) => agreed(visit, fromTheRight);

const inPlace: StepRule = (visit) => agreed(visit, (axis) => axis);

const product: StepRule = (visit) => {
  const { inputs, outputs, spans } = visit;
  const [span, second, added] = spans;
  if (second || !span) return productAtEachStep(visit);
  const [x, out] = [shapeOf(inputs[0]), shapeOf(outputs[0])];
  const depth = x.at(-1)!;
  if (span.stride % depth !== 0) return 'it sums over the steps';
  // By a list each row becomes one number, and its axis goes.
  const width = out.length < x.length ? 1 : out.at(-1)!;
  if (count(out) * depth !== count(x) * width) return agreed(visit, fromTheRight);
  const stride = (span.stride / depth) * width;
  return added && added.stride !== stride ? 'it combines a step with other steps' : { ...span, stride };
};

/** Of matrices that the steps have for themselves, or of a constant by such: MatMul alone counts in batches. */
const productAtEachStep: StepRule = (visit) => {
  const [left, right] = visit.spans.map((span, i) => {
    const shape = shapeOf(visit.inputs[i]);
    const at = span && axisOfSpan(shape, span);
    return at && at.axis - shape.length;
  });
  const apart = right !== undefined && (left === undefined ? right !== -2 : left < -2 && right < -2);
  return apart && visit.plan.node.op === 'MatMul' ? broadcast(visit) : 'it multiplies steps with each other';
};

const einsum: StepRule = (visit) => {
  const { terms, result } = namedEquation(visit.plan.node, visit.inputs);
  for (const [i, span] of visit.spans.entries()) {
    const at = span && axisOfSpan(shapeOf(visit.inputs[i]), span);
    const [term, name] = [terms[i]!, at && terms[i]![at.axis]!];
    if (name && (!result.includes(name) || term.split(name).length > 2)) return 'it sums over the steps';
  }
  return agreed(visit, (axis, _shape, _out, i) => result.indexOf(terms[i]![axis]!));
};

const cumulativeSum: StepRule = ({ plan: { node }, inputs, spans: [span] }) => {
  const shape = shapeOf(inputs[0]);
  const along = axisOf(known(inputs[1])?.[0] ?? 0, shape.length, node.op);
  const at = span && axisOfSpan(shape, span);
  return at && at.axis !== along ? span : 'it sums over the steps';
};

const oneHot: StepRule = (visit) => {
  const out = shapeOf(visit.outputs[0]);
  const added = axisOf(attributeOf(visit.plan.node, 'axis', 'int', -1), out.length, visit.plan.node.op);
  return agreed(visit, (axis) => (axis < added ? axis : axis + 1));
};

const globalPool: StepRule = (visit) => {
  const at = axisOfSpan(shapeOf(visit.inputs[0]), visit.spans[0]!);
  return at && at.axis < 2 ? inPlace(visit) : 'it reduces over the steps';
};

const softmax: StepRule = ({ plan: { node }, opset, inputs, spans: [span] }) => {
  const shape = shapeOf(inputs[0]);
  const old = opset < 13;
  const axis = axisOf(attributeOf(node, 'axis', 'int', old ? 1 : -1), shape.length, node.op);
  const apart = old ? isAbove(shape, axis, span!) : axisOfSpan(shape, span!)?.axis !== axis;
  return apart ? span : 'it normalises over the steps';
};

const layerNormalization: StepRule = ({ plan: { node }, inputs, spans: [span] }) => {
  const shape = shapeOf(inputs[0]);
  const axis = axisOf(attributeOf(node, 'axis', 'int', -1), shape.length, node.op);
  return span && isAbove(shape, axis, span) ? span : 'it normalises over the steps';
};

const reduction: StepRule = ({ plan: { node }, inputs, outputs, spans: [span] }) => {
  const shape = shapeOf(inputs[0]);
  const single = attributeOf<'int', undefined>(node, 'axis', 'int', undefined);
  const axes = (
    known(inputs[1]) ?? attributeOf(node, 'axes', 'ints', single === undefined ? [] : [single])
  ).map((axis) => axisOf(axis, shape.length, node.op));
  const at = span && axisOfSpan(shape, span);
  if (!at || axes.length === 0 || axes.includes(at.axis)) return 'it reduces over the steps';
  const kept = attributeOf(node, 'keepdims', 'int', 1) !== 0;
  const axis = kept ? at.axis : at.axis - axes.filter((other) => other < at.axis).length;
  return spanOnAxis(shapeOf(outputs[0]), axis, at.step, span.size);
};

const alongAxis: StepRule = ({ plan: { node }, inputs, outputs, spans: [span] }) => {
  const shape = shapeOf(inputs[0]);
  const axis = axisOf(attributeOf(node, 'axis', 'int', -1), shape.length, node.op);
  const at = span && axisOfSpan(shape, span);
  if (!at || at.axis === axis) return 'it chooses among the steps';
  return outputs.map((output) => output && spanOnAxis(output.shape, at.axis, at.step, span.size));
};

const transpose: StepRule = (visit) => {
  const rank = shapeOf(visit.inputs[0]).length;
  const reversed = Array.from({ length: rank }, (_, i) => rank - 1 - i);
  const perm = attributeOf(visit.plan.node, 'perm', 'ints', reversed);
  return agreed(visit, (axis) => perm.indexOf(axis));
};

const slice: StepRule = (visit) => {
  const [x] = visit.inputs;
  const span = visit.spans[0]!;
  const at = axisOfSpan(shapeOf(x), span);
  if (!at) return 'its steps are spread over several axes';
  const n = shapeOf(x)[at.axis]!;
  const { begin, step, size } = sliceRanges(visit.plan.node, shapeOf(x), visit.inputs)[at.axis]!;
  if (begin === 0 && step === 1 && size === n) return agreed(visit, (axis) => axis);
  return begin === n - 1 && size === 1 && n === span.size ? 'last' : 'it takes some of the steps';
};

const gather: StepRule = ({ plan: { node }, inputs, outputs, spans: [span, ofPlaces] }) => {
  const [x, places] = inputs.map(shapeOf) as [readonly number[], readonly number[]];
  const axis = axisOf(attributeOf(node, 'axis', 'int', 0), x.length, node.op);
  const out = shapeOf(outputs[0]);
  if (ofPlaces) {
    // An embedding: each number chooses a row.
    const row = x.slice(axis + 1).reduce((size, n) => size * n, 1);
    return span ? 'it chooses among the steps' : { stride: ofPlaces.stride * row, size: ofPlaces.size };
  }
  const at = axisOfSpan(x, span!);
  if (!at) return 'its steps are spread over several axes';
  if (at.axis !== axis) {
    return spanOnAxis(out, at.axis < axis ? at.axis : at.axis + places.length - 1, at.step, span!.size);
  }
  const chosen = known(inputs[1]) ?? [];
  const last = chosen.length === 1 && axisOf(chosen[0]!, x[axis]!, node.op) === x[axis]! - 1;
  return last && x[axis] === span!.size ? 'last' : 'it takes some of the steps';
};

const concat: StepRule = (visit) => {
  const { node } = visit.plan;
  const out = shapeOf(visit.outputs[0]);
  const axis = axisOf(attributeOf(node, 'axis', 'int', 0), out.length, node.op);
  const along = visit.spans.some(
    (span, i) => span && axisOfSpan(shapeOf(visit.inputs[i]), span)?.axis === axis,
  );
  return along ? 'it joins steps with other steps' : agreed(visit, (at) => at);
};

const split: StepRule = (visit) => {
  const { plan, inputs, outputs, spans } = visit;
  const axis = axisOf(attributeOf(plan.node, 'axis', 'int', 0), shapeOf(inputs[0]).length, plan.node.op);
  const at = axisOfSpan(shapeOf(inputs[0]), spans[0]!);
  if (!at || at.axis === axis) return 'it takes some of the steps';
  return outputs.map((output) => output && spanOnAxis(output.shape, at.axis, at.step, spans[0]!.size));
};

const pad: StepRule = (visit) => {
  const { node } = visit.plan;
  const rank = shapeOf(visit.inputs[0]).length;
  const pads = known(visit.inputs[1]) ?? attributeOf(node, 'pads', 'ints', []);
  const axes = (known(visit.inputs[3]) ?? [...Array(rank).keys()]).map((axis) => axisOf(axis, rank, node.op));
  const at = axisOfSpan(shapeOf(visit.inputs[0]), visit.spans[0]!);
  const i = at ? axes.indexOf(at.axis) : -1;
  if (!at || (i >= 0 && (pads[i] || pads[axes.length + i]))) return 'it adds steps before or after';
  return agreed(visit, (axis) => axis);
};

const convolution: StepRule = (visit) => {
  const { inputs, outputs, plan, spans } = visit;
  const at = axisOfSpan(shapeOf(inputs[0]), spans[0]!);
  const kernel = kernelOf(plan.node, shapeOf(inputs[0]), shapeOf(outputs[0])) ?? [];
  const strides = attributeOf(plan.node, 'strides', 'ints', []);
  const pads = attributeOf(plan.node, 'pads', 'ints', []);
  const alone =
    kernel.length > 0 && [...kernel, ...strides].every((n) => n === 1) && pads.every((n) => n === 0);
  if (!at || at.axis === 1) return 'it looks at neighbouring steps';
  if (at.axis > 1 && !alone && !(visit.neighbours && slidesOverSteps(visit))) {
    return 'it looks at neighbouring steps';
  }
  return agreed(visit, (axis) => axis);
};

/** A window at each step, which has the axis for itself. */
function slidesOverSteps({ inputs, outputs, plan, spans }: Visit): boolean {
  const [shape, out] = [shapeOf(inputs[0]), shapeOf(outputs[0])];
  const { axis } = axisOfSpan(shape, spans[0]!)!;
  const kernel = kernelOf(plan.node, shape, out);
  if (!kernel) return false;
  const { stride } = windowsOf(plan.node, shape, kernel)[axis - 2]!;
  return stride === 1 && shape[axis] === spans[0]!.size && out[axis] === shape[axis];
}

/** Number by number, as long as no number's place says its scale. */
const rounding: StepRule = ({ inputs, spans: [span] }) =>
  span && count(shapeOf(inputs[1])) === 1 ? span : 'it has a scale for each place';

const table = (names: string, rule: StepRule): [string, StepRule][] =>
  names.split(' ').map((name) => [name, rule]);

export const STEP_RULES: ReadonlyMap<string, StepRule> = new Map([
  ...table(
    'Relu Tanh Sigmoid Softplus Softsign LeakyRelu ThresholdedRelu HardSigmoid Elu Celu Selu Gelu',
    same,
  ),
  ...table(
    'HardSwish Mish Swish Abs Neg Exp Log Sqrt Reciprocal Floor Ceil Round Sign Erf Sin Cos Not',
    same,
  ),
  ...table('Tan Asin Acos Atan Sinh Cosh IsInf', same),
  ...table('IsNaN Identity Dropout Cast Clip BatchNormalization Reshape If Flatten Squeeze Unsqueeze', same),
  ...table(
    'Add Sub Mul Div Pow Mod PRelu Equal Less LessOrEqual Greater GreaterOrEqual And Or Xor',
    broadcast,
  ),
  ...table('Sum Mean Max Min Where Expand', broadcast),
  ...table('QuantizeLinear DequantizeLinear', rounding),
  ...table('MatMul Gemm', product),
  ...table('Softmax LogSoftmax', softmax),
  ...table('LayerNormalization RMSNormalization', layerNormalization),
  ...table(
    'ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceSumSquare ReduceL1 ReduceL2',
    reduction,
  ),
  ...table('ArgMax ArgMin ReduceLogSum ReduceLogSumExp', reduction),
  ...table('GlobalAveragePool GlobalMaxPool', globalPool),
  ...table('CumSum', cumulativeSum),
  ...table('Einsum', einsum),
  ...table('Tile', inPlace),
  ...table('OneHot', oneHot),
  ...table('TopK', alongAxis),
  ...table('Transpose', transpose),
  ...table('Slice', slice),
  ...table('Gather', gather),
  ...table('Concat', concat),
  ...table('Split', split),
  ...table('Pad', pad),
  ...table('Conv', convolution),
]);
