/** Makes a loaded graph of the fused engine ready to stream: on the weights that `run` uses as well. */
import { RivuletError } from '@rivulet/core';
import type { AnyTensor, ValueInfo } from '../engine/engine.ts';
import type { GraphHost } from '../engine/fused/fusedSession.ts';
import { beginningValues } from './beginningValues.ts';
import { boundPush } from './boundPush.ts';
import { type CutGraph, cutStates } from './cutStates.ts';
import { findDimensions } from './findDimensions.ts';
import { portsOf } from './portsOf.ts';
import { readGraph, withoutUnread } from './readGraph.ts';
import type { StreamCall, StreamProgram, StreamResult, StreamState } from './streamProgram.ts';

/** @throws ONNX_UNSUPPORTED { op, node, why } for a graph that cannot go on from where it stopped */
export function fusedStream(host: GraphHost): StreamProgram {
  const found = findDimensions(host);
  const { graph: whole, unread } = readGraph(host);
  const cut = cutStates(whole, found.values);
  const isState = new Set([cut.lengths, ...cut.states.map(({ input }) => input)]);
  const ports = cut.graph.inputs.filter(({ name }) => !isState.has(name));
  const { states } = cut;
  const described = portsOf(whole, found, ports);
  const read = (call: StreamCall): StreamCall =>
    unread.length ? { ...call, feeds: withoutUnread(call.feeds, unread) } : call;
  return {
    ...described,
    ...(found.single === undefined ? {} : { single: found.single }),
    states: async (initial) => initialStates(host, cut, initial, ports),
    run: async (call) => run(host, cut, read(call)),
    runNow: (call) => run(host, cut, read(call), true),
    ...(ports.length === 1 && {
      pushNow: boundPush(
        host,
        cut.graph,
        described.inputs[0]!,
        states.map((state) => ({ ...state, shape: (batch) => [1, batch, state.hidden] })),
      ),
    }),
  };
}

function run(host: GraphHost, cut: CutGraph, call: StreamCall, now = false): StreamResult {
  const { states } = cut;
  const { batch, lengths } = call;
  const feeds: Record<string, AnyTensor> = { ...call.feeds };
  for (let i = 0; i < states.length; i++) {
    const { input, hidden } = states[i]!;
    feeds[input] = { data: call.states[i]!, shape: [1, batch, hidden] };
  }
  if (lengths) feeds[cut.lengths] = { data: lengths, shape: [batch] };
  const graph = lengths ? cut.masked : cut.graph;
  const results = now ? host.executeNow(graph, feeds) : host.execute(graph, feeds);
  const outputs: StreamResult['outputs'] = {};
  const own = cut.graph.outputs.length - states.length;
  for (let i = 0; i < own; i++) outputs[cut.graph.outputs[i]!] = results[cut.graph.outputs[i]!]!;
  // An output is the caller's to write into, a state is not.
  const next = states.map(({ output }) => {
    const { data } = results[output]!;
    return outputs[output] ? data.slice() : data;
  });
  return { outputs, states: next };
}

/** What the graph itself begins with: computed by the part of it that makes the first states. */
function initialStates(
  host: GraphHost,
  { states }: CutGraph,
  given: Readonly<Record<string, AnyTensor>>,
  ports: readonly ValueInfo[],
): StreamState[] {
  const names = states.map(({ initial }) => initial);
  const values = beginningValues(host, names, given, new Set(ports.map(({ name }) => name)));
  return states.map(({ input, initial, hidden }) => {
    const data = initial ? values[initial]!.data : new Float32Array(hidden);
    if (data.length !== hidden) {
      throw new RivuletError('TENSOR_SHAPE', `an initial state must be of one sequence, [${hidden}]`, {
        state: initial,
        expected: [hidden],
        got: values[initial]?.shape,
      });
    }
    return { name: input, before: 1, after: hidden, initial: data };
  });
}
