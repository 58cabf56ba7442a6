/** A graph whose recurrent states come in and go out with every call, made from one that keeps them to itself. */
import { RivuletError } from '@rivulet/core';
import type { ValueInfo } from '../engine/engine.ts';
import type { FusedGraph } from '../engine/fused/fusedSession.ts';
import type { PreparedNode } from '../engine/fused/program.ts';
import { INITIAL_C, INITIAL_H, LENGTHS, RECURRENT, type Values } from './followDimension.ts';

export interface CutState {
  /** The input it comes in by. */
  readonly input: string;
  /** The output it leaves by. */
  readonly output: string;
  /** What the graph began with; empty: zeros. */
  readonly initial: string;
  readonly hidden: number;
}

export interface CutGraph {
  /** Outputs: the graph's own, then the states. Inputs: the graph's own that are still read, then the states. */
  readonly graph: FusedGraph;
  /** The same with `lengths` [B] as one more input, last. */
  readonly masked: FusedGraph;
  readonly lengths: string;
  readonly states: readonly CutState[];
}

/**
 * @param values what the graph's names were bound to
 * @throws ONNX_UNSUPPORTED for a node with lengths of its own
 */
export function cutStates(whole: FusedGraph, values: Values): CutGraph {
  const taken = new Set(whole.nodes.flatMap(({ plan }) => [...plan.inputs, ...plan.outputs]));
  const fresh = (name: string): string => {
    let free = name;
    while (taken.has(free)) free = `_${free}`;
    return free;
  };
  const lengths = fresh('stream.lengths');
  const states: CutState[] = [];
  const cut = (prepared: PreparedNode, mask: boolean, add: (state: CutState) => void): PreparedNode => {
    const { plan } = prepared;
    const { node } = plan;
    if (!RECURRENT.has(node.op)) return prepared;
    const given = plan.inputs[LENGTHS] ?? '';
    if (given && !whole.inputs.some(({ name }) => name === given)) {
      const why = 'its lengths are constant';
      throw cannotStream({ op: node.op, node: node.name ?? '', why });
    }
    const at = whole.nodes.indexOf(prepared);
    const inputs = Array.from({ length: INITIAL_C + 1 }, (_, i) => plan.inputs[i] ?? '');
    inputs[LENGTHS] = mask ? lengths : '';
    const outputs = [plan.outputs[0] ?? '', '', ''];
    const hidden = plan.outputs.map((name) => values.get(name)?.shape.at(-1)).find(Boolean) ?? 0;
    for (const [i, which] of ['h', 'c'].entries()) {
      if (which === 'c' && node.op !== 'LSTM') continue;
      const input = fresh(`stream.${which}${at}`);
      const output = plan.outputs[i + 1] || fresh(`stream.${which}${at}.next`);
      add({ input, output, initial: inputs[INITIAL_H + i]!, hidden });
      inputs[INITIAL_H + i] = input;
      outputs[i + 1] = output;
    }
    return {
      ...prepared,
      plan: { ...plan, inputs: [...inputs, ...plan.inputs.slice(INITIAL_C + 1)], outputs },
    };
  };
  const plain = whole.nodes.map((node) => cut(node, false, (state) => states.push(state)));
  const masked = whole.nodes.map((node) => cut(node, true, () => {}));
  const info = states.map(
    ({ input, hidden }): ValueInfo => ({
      name: input,
      type: 'float32',
      shape: [1, -1, hidden],
    }),
  );
  const outputs = [...whole.outputs, ...states.map(({ output }) => output)];
  return {
    graph: pruned({ ...whole, nodes: plain, inputs: [...whole.inputs, ...info] }, outputs),
    masked: pruned(
      {
        ...whole,
        nodes: masked,
        inputs: [...whole.inputs, ...info, { name: lengths, type: 'int32', shape: [-1] }],
      },
      outputs,
    ),
    lengths,
    states,
  };
}

/** What the outputs need, and nothing else. */
export function pruned(graph: FusedGraph, outputs: readonly string[]): FusedGraph {
  const needed = new Set(outputs);
  const nodes: PreparedNode[] = [];
  for (const prepared of graph.nodes.toReversed()) {
    if (!prepared.plan.outputs.some((name) => name && needed.has(name))) continue;
    nodes.unshift(prepared);
    // An input that is left out has no name.
    for (const name of prepared.plan.inputs) if (name) needed.add(name);
  }
  const readers = new Map<string, number>();
  for (const name of [...nodes.flatMap(({ plan }) => plan.inputs), ...outputs]) {
    if (name) readers.set(name, (readers.get(name) ?? 0) + 1);
  }
  return { ...graph, nodes, readers, outputs, inputs: graph.inputs.filter(({ name }) => needed.has(name)) };
}

export function cannotStream(what: { op: string; node: string; why: string }): RivuletError {
  const { op, node, why } = what;
  return new RivuletError('ONNX_UNSUPPORTED', `this model cannot be streamed, ${op} "${node}": ${why}`, {
    op,
    node,
    why,
  });
}
