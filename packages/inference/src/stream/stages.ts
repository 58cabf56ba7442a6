/**
 * A graph of bidirectional layers cut into stages that run over any part of the time: between the recurrent nodes
 * what is per step, or looks at the steps beside each, and each direction of each recurrent node by itself.
 */
import { attributeOf, type RivuletError } from '@rivulet/core';
import type { ValueInfo } from '../engine/engine.ts';
import type { FusedGraph, GraphHost } from '../engine/fused/fusedSession.ts';
import { beginningValues } from './beginningValues.ts';
import { cannotStream, pruned } from './cutStates.ts';
import { findDimensions } from './findDimensions.ts';
import { INITIAL_C, INITIAL_H, LENGTHS, RECURRENT } from './followDimension.ts';
import { portsOf } from './portsOf.ts';
import { type Reach, reachOf } from './reachOf.ts';
import { readGraph } from './readGraph.ts';
import type { StreamPort } from './streamProgram.ts';

/** A value at the border of two stages, step after step: [T, width]. */
export interface Border {
  readonly name: string;
  /** Of one step, as a stage sees it. */
  readonly shape: readonly number[];
  readonly width: number;
}

/** What stands between recurrent nodes: steps by themselves, or with those beside them. */
export interface Between {
  readonly graph: FusedGraph;
  readonly reach: Reach;
}

/** One direction of a recurrent node. */
export interface Way {
  readonly backward: boolean;
  /** Inputs: x, then the states. Outputs: y, then the states. */
  readonly graph: FusedGraph;
  /** What each state begins with, [H]. */
  readonly initial: readonly Float32Array[];
  readonly hidden: number;
}

export interface RecurrentStage {
  /** The node's input, made from what stands before it. */
  readonly x: Border;
  readonly before: Between;
  /** [T, ways * H] */
  readonly y: Border;
  /** Names of the final states [ways, 1, H], h and c; empty: nobody reads it. */
  readonly finals: readonly string[];
  readonly ways: readonly Way[];
}

export interface Stages {
  readonly inputs: readonly StreamPort[];
  readonly outputs: readonly StreamPort[];
  readonly recurrent: readonly RecurrentStage[];
  /** Makes each output. */
  readonly after: readonly Between[];
}

/**
 * @throws ONNX_UNSUPPORTED { op, node, why } for a graph that mixes steps elsewhere than in its recurrent nodes, and in
 *   convolutions that keep their number
 */
export function stagesOf(host: GraphHost): Stages {
  const { graph: whole } = readGraph(host);
  const found = findDimensions(host, true);
  const { values } = found;
  const cells = whole.nodes.filter(({ plan }) => RECURRENT.has(plan.node.op));
  const between = whole.nodes.filter(({ plan }) => !RECURRENT.has(plan.node.op));
  const initials = cells.flatMap(({ plan }) => [plan.inputs[INITIAL_H], plan.inputs[INITIAL_C]]);
  const begun = beginningValues(host, initials, {}, new Set(found.timeAt.keys()));
  const ys = cells.flatMap(({ plan }) =>
    plan.outputs.map(
      (name, i): ValueInfo => ({ name, type: 'float32', shape: new Array(i ? 3 : 4).fill(-1) }),
    ),
  );
  const cut = (name: string): Between => {
    const graph = pruned({ ...whole, nodes: between, inputs: [...whole.inputs, ...ys] }, [name]);
    return { graph, reach: reachOf(graph, found) };
  };
  const recurrent = cells.map((prepared): RecurrentStage => {
    const { plan } = prepared;
    const { node } = plan;
    const refuse = (why: string): RivuletError => cannotStream({ op: node.op, node: node.name ?? '', why });
    if (plan.inputs[LENGTHS] && !whole.inputs.some(({ name }) => name === plan.inputs[LENGTHS])) {
      throw refuse('its lengths are constant');
    }
    const y = plan.outputs[0] ?? '';
    const hidden = plan.outputs.map((name) => values.get(name)?.shape.at(-1)).find(Boolean) ?? 0;
    const direction = attributeOf(node, 'direction', 'string', 'forward');
    const both = direction === 'bidirectional';
    const kinds = node.op === 'LSTM' ? [INITIAL_H, INITIAL_C] : [INITIAL_H];
    const ways = (both ? ([0, 1] as const) : [undefined]).map((only): Way => {
      const states = kinds.map((i) => `stream.state${i}`);
      const next = kinds.map((i) => `stream.next${i}`);
      const inputs = Array.from({ length: Math.max(plan.inputs.length, INITIAL_C + 1) }, (_, i) =>
        i === 0 ? 'stream.x' : i === LENGTHS ? '' : (states[kinds.indexOf(i)] ?? plan.inputs[i] ?? ''),
      );
      const way = {
        ...prepared,
        plan: { ...plan, inputs, outputs: ['stream.y', ...next], ...(only === undefined ? {} : { only }) },
      };
      const features = values.get(plan.inputs[0]!)!.shape[2]!;
      const graph = {
        ...whole,
        nodes: [...between, way],
        inputs: [
          { name: 'stream.x', type: 'float32', shape: [-1, 1, features] },
          ...states.map((name) => ({ name, type: 'float32', shape: [1, 1, hidden] })),
        ],
      };
      return {
        backward: only === 1 || direction === 'reverse',
        graph: pruned(graph, ['stream.y', ...next]),
        initial: kinds.map((i) => {
          const name = plan.inputs[i];
          const at = (only ?? 0) * hidden;
          return name ? begun[name]!.data.slice(at, at + hidden) : new Float32Array(hidden);
        }),
        hidden,
      };
    });
    const x = plan.inputs[0]!;
    const features = values.get(x)!.shape[2]!;
    const lanes = plan.lanesFirst ? [1, ways.length] : [ways.length, 1];
    return {
      x: { name: x, shape: [1, features], width: features },
      before: cut(x),
      y: { name: y, shape: [...lanes, hidden], width: ways.length * hidden },
      finals: plan.outputs.slice(1),
      ways,
    };
  });
  const after = whole.outputs.map(cut);
  const known = new Set([...found.timeAt.keys(), ...ys.map(({ name }) => name)]);
  for (const { graph } of [...after, ...recurrent.map(({ before }) => before)]) {
    const other = graph.inputs.find(({ name }) => !known.has(name));
    if (other) throw cannotStream({ op: 'input', node: other.name, why: 'it has no steps' });
  }
  const inputs = whole.inputs.filter(({ name }) => found.timeAt.has(name));
  return { ...portsOf(whole, found, inputs), recurrent, after };
}
