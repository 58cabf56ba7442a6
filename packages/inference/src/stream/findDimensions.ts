/** Finds which free dimension of a graph's inputs is time, and which counts the sequences of a batch. */
import { RivuletError } from '@rivulet/core';
import type { ValueInfo } from '../engine/engine.ts';
import { dimensionKey } from '../engine/feeds.ts';
import type { FusedGraph, GraphHost } from '../engine/fused/fusedSession.ts';
import { sightOf } from '../engine/fused/program.ts';
import type { HostValue } from '../engine/fused/value.ts';
import { cannotStream } from './cutStates.ts';
import { followDimension, type Mixing, RECURRENT, type Values } from './followDimension.ts';
import { type Span, spanOnAxis } from './span.ts';
import type { Followed } from './stepRules.ts';

/** Sizes to try with: no shape of a real graph divides by both, and 1 would hide what they become. */
const [STEPS, OTHER_STEPS, SEQUENCES] = [5, 7, 3];

export interface Dimensions {
  /** Key of the dimension, see `dimensionKey`. */
  readonly time: string;
  readonly batch: string | undefined;
  /** Why there is no batch. */
  readonly single: string | undefined;
  /** Where they are in every value, for STEPS and SEQUENCES (1 without a batch). */
  readonly timeAt: ReadonlyMap<string, Followed>;
  readonly batchAt: ReadonlyMap<string, Followed>;
  readonly values: Values;
}

/** @param bothWays lets bidirectional nodes through. @throws ONNX_UNSUPPORTED { op, node, why } */
export function findDimensions(host: GraphHost, bothWays = false): Dimensions {
  const graph = host.whole();
  if (!graph.nodes.some(({ plan }) => RECURRENT.has(plan.node.op))) {
    const why = 'it has no recurrent node, so nothing goes on from step to step';
    throw cannotStream({ op: 'graph', node: '', why });
  }
  const unranked = graph.inputs.find((input) => input.unranked);
  if (unranked) throw cannotStream({ op: 'input', node: unranked.name, why: 'its shape is unknown' });
  const keys = new Set(
    graph.inputs.flatMap((input) =>
      input.shape.map((_, axis) => dimensionKey(input, axis)).filter((key) => key !== undefined),
    ),
  );
  if (keys.size === 0) {
    const why = 'no dimension of it is free: export it with a dynamic axis for time, or name its states';
    throw cannotStream({ op: 'input', node: graph.inputs[0]?.name ?? '', why });
  }
  let furthest: Mixing | undefined;
  let alone: Dimensions | undefined;
  for (const time of keys) {
    for (const batch of [...keys, undefined]) {
      if (batch === time || (alone && batch === undefined)) continue;
      const tried = attempt(host, graph, { time, batch, bothWays });
      if (!('why' in tried)) {
        if (batch !== undefined) return tried;
        alone = { ...tried, single: furthest ? mixed(furthest) : 'no other dimension of its inputs is free' };
      } else if (!furthest || tried.passed >= furthest.passed) furthest = tried;
    }
    if (alone) return alone;
  }
  throw cannotStream(furthest!);
}

const mixed = ({ op, node, why }: Mixing): string => `${op} "${node}": ${why}`;

interface Trial {
  readonly time: string;
  readonly batch: string | undefined;
  readonly bothWays: boolean;
}

function attempt(host: GraphHost, graph: FusedGraph, { time, batch, bothWays }: Trial): Dimensions | Mixing {
  // What has no steps, an initial state, counts its sequences by a dimension of whatever name.
  const keysOf = (input: ValueInfo): (string | undefined)[] => {
    const own = input.shape.map((_, axis) => dimensionKey(input, axis));
    return own.includes(time) || batch === undefined ? own : own.map((key) => key && batch);
  };
  const shapesFor = (steps: number): Record<string, number[]> =>
    Object.fromEntries(
      graph.inputs.map((input) => [
        input.name,
        keysOf(input).map((key, axis) => {
          const n = input.shape[axis];
          if (key === undefined) return n as number;
          return key === time ? steps : key === batch ? SEQUENCES : 1;
        }),
      ]),
    );
  const shapes = shapesFor(STEPS);
  const starts = (wanted: string | undefined, size: number): Map<string, Span> =>
    new Map(
      graph.inputs.flatMap((input) => {
        const axis = keysOf(input).findIndex((key) => wanted !== undefined && key === wanted);
        return axis < 0 ? [] : [[input.name, spanOnAxis(shapes[input.name]!, axis, 1, size)]];
      }),
    );
  let values: Values;
  let later: Values;
  try {
    values = host.measure(graph, shapes);
    later = host.measure(graph, shapesFor(OTHER_STEPS));
  } catch (error) {
    if (!(error instanceof RivuletError) || error.code !== 'MODEL_SHAPE') throw error;
    return { op: 'graph', node: '', why: error.message, passed: -1 };
  }
  const timeAt = followDimension(graph, values, { dimension: 'time', starts: starts(time, STEPS), bothWays });
  if (!(timeAt instanceof Map)) return timeAt as Mixing;
  const counted = countsSteps(graph, values, later);
  if (counted) return counted;
  if (batch === undefined) return { time, batch, single: undefined, timeAt, batchAt: new Map(), values };
  const course = { dimension: 'batch' as const, starts: starts(batch, SEQUENCES), bothWays };
  const batchAt = followDimension(graph, values, course);
  if (!(batchAt instanceof Map)) return batchAt as Mixing;
  return { time, batch, single: undefined, timeAt, batchAt, values };
}

/** Numbers computed from the count of steps differ from push to push: a mean over time, a position. */
function countsSteps({ nodes }: FusedGraph, values: Values, later: Values): Mixing | undefined {
  for (const [passed, { plan, bind }] of nodes.entries()) {
    if (!bind) continue;
    for (const [i, name] of plan.inputs.entries()) {
      if (sightOf(plan, i) !== 'machine') continue;
      const [a, b] = [values.get(name), later.get(name)];
      if (a?.place !== 'host' || b?.place !== 'host' || alike(a, b)) continue;
      const why = 'it computes with the number of steps';
      return { op: plan.node.op, node: plan.node.name ?? '', why, passed };
    }
  }
  return undefined;
}

function alike(a: HostValue, b: HostValue): boolean {
  const [x, y] = [Array.from(a.data), Array.from(b.data)];
  return x.length === y.length ? x.every((n, i) => n === y[i]) : [...x, ...y].every((n) => n === x[0]);
}
