/** Finds which free dimension of a graph's inputs is time, and which counts the sequences of a batch. */
import { RivuletError } from '@rivulet/core';
import type { ValueInfo } from '../engine/engine.ts';
import { dimensionKey } from '../engine/feeds.ts';
import type { FusedGraph, GraphHost } from '../engine/fused/fusedSession.ts';
import { sightOf } from '../engine/fused/program.ts';
import type { HostValue } from '../engine/fused/value.ts';
import { cannotStream } from './cutStates.ts';
import {
  followDimension,
  INITIAL_C,
  INITIAL_H,
  type Mixing,
  RECURRENT,
  type Values,
} from './followDimension.ts';
import { readGraph } from './readGraph.ts';
import { type Span, spanOnAxis } from './span.ts';
import type { Followed } from './stepRules.ts';

/** How many to try with; 1 would hide what they become. */
interface Sizes {
  readonly steps: number;
  readonly sequences: number;
}

const SIZES: Sizes = { steps: 5, sequences: 3 };
/** No shape of a real graph divides by both, and no constant of it is as long as both: `x[4]`, or a row of 3. */
const OTHERS: Sizes = { steps: 7, sequences: 4 };

export interface Dimensions {
  /** Key of the dimension, see `dimensionKey`. */
  readonly time: string;
  readonly batch: string | undefined;
  /** Why there is no batch. */
  readonly single: string | undefined;
  /** Where they are in every value, for SIZES (1 sequence without a batch). */
  readonly timeAt: ReadonlyMap<string, Followed>;
  readonly batchAt: ReadonlyMap<string, Followed>;
  readonly values: Values;
}

/** @param bothWays lets bidirectional nodes through. @throws ONNX_UNSUPPORTED { op, node, why } */
export function findDimensions(host: GraphHost, bothWays = false): Dimensions {
  const { graph } = readGraph(host);
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
  const shapesFor = ({ steps, sequences }: Sizes): Record<string, number[]> =>
    Object.fromEntries(
      graph.inputs.map((input) => [
        input.name,
        keysOf(input).map((key, axis) => {
          const n = input.shape[axis];
          if (key === undefined) return n as number;
          return key === time ? steps : key === batch ? sequences : 1;
        }),
      ]),
    );
  const follow = (values: Values, sizes: Sizes, dimension: 'time' | 'batch') => {
    const shapes = shapesFor(sizes);
    const [wanted, size] = dimension === 'time' ? [time, sizes.steps] : [batch, sizes.sequences];
    const starts = new Map<string, Span>();
    for (const input of graph.inputs) {
      const axis = keysOf(input).findIndex((key) => wanted !== undefined && key === wanted);
      if (axis >= 0) starts.set(input.name, spanOnAxis(shapes[input.name]!, axis, 1, size));
    }
    const sequences = batch === undefined ? 1 : sizes.sequences;
    return followDimension(graph, values, { dimension, starts, sequences, bothWays });
  };
  let values: Values;
  let others: Values;
  try {
    values = host.measure(graph, shapesFor(SIZES));
    others = host.measure(graph, shapesFor(OTHERS));
  } catch (error) {
    if (!(error instanceof RivuletError) || error.code !== 'MODEL_SHAPE') throw error;
    return { op: 'graph', node: '', why: error.message, passed: -1 };
  }
  const timeAt = follow(values, SIZES, 'time');
  if (!(timeAt instanceof Map)) return timeAt as Mixing;
  const timeOfOthers = follow(others, OTHERS, 'time');
  if (!(timeOfOthers instanceof Map)) return timeOfOthers as Mixing;
  const counted = counts(graph, values, others, batch === undefined ? 'steps' : 'steps or of sequences');
  if (counted) return counted;
  if (batch === undefined) return { time, batch, single: undefined, timeAt, batchAt: new Map(), values };
  const batchAt = follow(values, SIZES, 'batch');
  if (!(batchAt instanceof Map)) return batchAt as Mixing;
  const batchOfOthers = follow(others, OTHERS, 'batch');
  if (!(batchOfOthers instanceof Map)) return batchOfOthers as Mixing;
  return { time, batch, single: undefined, timeAt, batchAt, values };
}

/** Numbers computed from the count of steps differ from push to push: a mean over time, a position. */
function counts({ nodes }: FusedGraph, values: Values, others: Values, what: string): Mixing | undefined {
  for (const [passed, { plan, bind }] of nodes.entries()) {
    if (!bind) continue;
    for (const [i, name] of plan.inputs.entries()) {
      if (sightOf(plan, i) !== 'machine') continue;
      const [a, b] = [values.get(name), others.get(name)];
      if (a?.place !== 'host' || b?.place !== 'host' || alike(a, b)) continue;
      // What each sequence begins with, written out for as many as there are: a stream asks for that of one.
      const begins = RECURRENT.has(plan.node.op) && (i === INITIAL_H || i === INITIAL_C);
      if (begins && alike(ofOne(a), ofOne(b)) && isRepeated(a) && isRepeated(b)) continue;
      const why = `it computes with the number of ${what}`;
      return { op: plan.node.op, node: plan.node.name ?? '', why, passed };
    }
  }
  return undefined;
}

/** The first sequence's of states [ways, B, H]. */
function ofOne(states: HostValue): HostValue {
  const [, sequences = 1, hidden = 1] = states.shape;
  const data = Array.from(states.data).filter((_, i) => Math.floor(i / hidden) % sequences === 0);
  return { ...states, data };
}

/** Whether all sequences have the same states [ways, B, H]. */
function isRepeated({ data, shape: [, sequences = 1, hidden = 1] }: HostValue): boolean {
  const all = sequences * hidden;
  return Array.from(data).every((n, i) => n === data[i - (i % all) + (i % hidden)]);
}

function alike(a: HostValue, b: HostValue): boolean {
  const [x, y] = [Array.from(a.data), Array.from(b.data)];
  return x.length === y.length ? x.every((n, i) => n === y[i]) : [...x, ...y].every((n) => n === x[0]);
}
