/** Follows time, or the sequences of a batch, from the inputs of a graph through all its nodes. */
import { attributeOf } from '@rivulet/core';
import type { FusedGraph } from '../engine/fused/fusedSession.ts';
import type { PlanNode } from '../engine/fused/operator.ts';
import type { Value } from '../engine/fused/value.ts';
import { axisOfSpan, type Span, spanOnAxis } from './span.ts';
import { type Followed, STEP_RULES, type Visit } from './stepRules.ts';

export const RECURRENT: ReadonlySet<string> = new Set(['RNN', 'LSTM', 'GRU']);

/** Positions of a recurrent node's inputs. */
export const [LENGTHS, INITIAL_H, INITIAL_C] = [4, 5, 6];

/** The node that mixes the places of the dimension. */
export interface Mixing {
  readonly op: string;
  readonly node: string;
  readonly why: string;
  /** Nodes before it, which do not. */
  readonly passed: number;
}

export type Values = ReadonlyMap<string, Value>;

export interface Course {
  readonly dimension: 'time' | 'batch';
  /** Where it is in each input that has it. */
  readonly starts: ReadonlyMap<string, Span>;
  /** In the batch; a node that steps others has not one state for each. */
  readonly sequences: number;
  /** Whether a bidirectional recurrent node is let through, as if it were two, and a window that slides over the steps. */
  readonly bothWays?: boolean;
}

/** @param values what the graph's names were bound to, for shapes in which the followed dimension is larger than 1 */
export function followDimension(
  { nodes, opset }: FusedGraph,
  values: Values,
  course: Course,
): ReadonlyMap<string, Followed> | Mixing {
  const found = new Map<string, Followed>(course.starts);
  for (const [passed, { plan, bind }] of nodes.entries()) {
    if (!bind) continue;
    const inputs = plan.inputs.map((name) => values.get(name));
    const outputs = plan.outputs.map((name) => values.get(name));
    const followed = plan.inputs.map((name) => found.get(name));
    const result = visit(course, plan, { opset, inputs, outputs, followed });
    if (typeof result === 'string' && result !== 'last') {
      // Another dimension is time then: what that one meets says more.
      const guessed = result === NO_SEQUENCE ? -1 : passed;
      return { op: plan.node.op, node: plan.node.name ?? '', why: result, passed: guessed };
    }
    plan.outputs.forEach((name, i) => {
      const at = Array.isArray(result) ? result[i] : result;
      if (name && at) found.set(name, at);
    });
  }
  return found;
}

const NO_SEQUENCE = 'its input is not the sequence, step after step';

type Seen = Omit<Visit, 'plan' | 'spans'> & { readonly followed: readonly Followed[] };

function visit(course: Course, plan: PlanNode, { followed, ...seen }: Seen): ReturnType<RuleOf> {
  const spans = followed.map((at) => (at === 'last' ? undefined : at));
  const last = followed.includes('last');
  const { op } = plan.node;
  if (RECURRENT.has(op)) return recurrent(course, { plan, ...seen, spans }, followed);
  if (last) return spans.some(Boolean) ? 'it combines the last step with all of them' : 'last';
  if (!spans.some(Boolean)) return undefined;
  const rule = STEP_RULES.get(op);
  const neighbours = course.bothWays && course.dimension === 'time';
  const found = rule ? rule({ plan, ...seen, spans, neighbours }) : 'it is not known to work step by step';
  return found === 'last' && course.dimension === 'batch' ? 'it takes one of the sequences' : found;
}

type RuleOf = (visit: Visit) => Followed | readonly Followed[] | string;

function recurrent(
  { dimension, sequences, bothWays }: Course,
  { plan, inputs, outputs, spans }: Visit,
  followed: readonly Followed[],
): ReturnType<RuleOf> {
  const { node, lanesFirst } = plan;
  const time = dimension === 'time';
  const span = spans[0];
  const at = span && axisOfSpan(inputs[0]!.shape, span);
  // Planning leaves no node of layout 1: X is [T, B, features].
  const wanted = time ? 0 : 1;
  if (!at || at.axis !== wanted || inputs[0]!.shape[wanted] !== span.size) {
    return time ? NO_SEQUENCE : 'its input is not the batch';
  }
  if (inputs[0]!.shape[1] !== sequences) return 'its sequences are not those of the input';
  const direction = attributeOf(node, 'direction', 'string', 'forward');
  if (time && direction !== 'forward' && !bothWays) {
    return `direction=${direction}: it begins at the end of the input`;
  }
  if (time && [INITIAL_H, INITIAL_C].some((i) => followed[i])) {
    return 'its initial state is computed from the input';
  }
  const others = time ? [1, 2, 3, LENGTHS, 7] : [1, 2, 3, 7];
  if (others.some((i) => followed[i])) return 'its weights or lengths are computed from the input';
  const [y, h, c] = outputs.map((value) => value?.shape);
  const onAxis = (shape: readonly number[] | undefined, rank: number, axis: number): Followed =>
    shape?.length === rank ? spanOnAxis(shape, axis, 1, span.size) : undefined;
  if (time) return [onAxis(y, 4, 0), 'last', 'last'];
  return [onAxis(y, 4, lanesFirst ? 1 : 2), onAxis(h, 3, 1), onAxis(c, 3, 1)];
}
