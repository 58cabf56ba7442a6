/** Makes a loaded graph of the fused engine ready to stream: on the weights that `run` uses as well. */
import { RivuletError } from '@rivulet/core';
import type { AnyTensor, ValueInfo } from '../engine/engine.ts';
import type { FusedGraph, GraphHost } from '../engine/fused/fusedSession.ts';
import { count } from '../engine/fused/value.ts';
import { type CutGraph, cutStates, pruned } from './cutStates.ts';
import { findDimensions, keyOf } from './findDimensions.ts';
import type { Followed } from './stepRules.ts';
import type {
  Layout,
  StreamCall,
  StreamPort,
  StreamProgram,
  StreamResult,
  StreamState,
} from './streamProgram.ts';

/** @throws ONNX_UNSUPPORTED { op, node, why } for a graph that cannot go on from where it stopped */
export function fusedStream(host: GraphHost): StreamProgram {
  const found = findDimensions(host);
  const whole = host.whole();
  const cut = cutStates(whole, found.values);
  const isState = new Set([cut.lengths, ...cut.states.map(({ input }) => input)]);
  const ports = cut.graph.inputs.filter(({ name }) => !isState.has(name));
  const port = (info: ValueInfo, timeAt: Followed, batchAt: Followed): StreamPort => ({
    name: info.name,
    shape: info.shape.map((n, axis) => {
      const key = keyOf(info, axis);
      return key === undefined ? (n as number) : key === found.time ? 'T' : key === found.batch ? 'B' : -1;
    }),
    layout: layoutOf(count(found.values.get(info.name)!.shape), timeAt, batchAt),
  });
  const portOf = (info: ValueInfo): StreamPort =>
    port(info, found.timeAt.get(info.name), found.batchAt.get(info.name));
  const { states } = cut;
  return {
    inputs: ports.map(portOf),
    outputs: whole.outputs.map((name) => portOf({ name, type: 'float32', shape: [] })),
    ...(found.single === undefined ? {} : { single: found.single }),
    states: async (initial) => initialStates(host, whole, cut, initial, ports),
    run: async (call) => run(host, cut, states, call),
  };
}

function run(host: GraphHost, cut: CutGraph, states: CutGraph['states'], call: StreamCall): StreamResult {
  const { batch, lengths } = call;
  const feeds: Record<string, AnyTensor> = { ...call.feeds };
  for (let i = 0; i < states.length; i++) {
    const { input, hidden } = states[i]!;
    feeds[input] = { data: call.states[i]!, shape: [1, batch, hidden] };
  }
  if (lengths) feeds[cut.lengths] = { data: lengths, shape: [batch] };
  const results = host.execute(lengths ? cut.masked : cut.graph, feeds);
  const outputs: StreamResult['outputs'] = {};
  const next = states.map(({ output }) => results[output]!.data);
  const own = cut.graph.outputs.length - states.length;
  for (let i = 0; i < own; i++) outputs[cut.graph.outputs[i]!] = results[cut.graph.outputs[i]!]!;
  return { outputs, states: next };
}

/** What the graph itself begins with: computed by the part of it that makes the first states. */
function initialStates(
  host: GraphHost,
  whole: FusedGraph,
  { states }: CutGraph,
  given: Readonly<Record<string, AnyTensor>>,
  ports: readonly ValueInfo[],
): StreamState[] {
  const names = [...new Set(states.map(({ initial }) => initial).filter(Boolean))];
  const beginning = pruned(whole, names);
  const pushed = new Set(ports.map(({ name }) => name));
  const takes = beginning.inputs.filter(({ name }) => !pushed.has(name)).map(({ name }) => name);
  const unknown = Object.keys(given).find((name) => !takes.includes(name));
  if (unknown !== undefined) {
    throw new RivuletError('ARGUMENT', `no initial state comes in by "${unknown}"`, {
      input: unknown,
      inputs: takes,
    });
  }
  const feeds = Object.fromEntries(
    beginning.inputs.map(({ name, type, shape }): [string, AnyTensor] => {
      const sizes = shape.map((n) => (typeof n === 'number' && n >= 0 ? n : 1));
      const size = count(sizes);
      const data = type === 'int32' ? new Int32Array(size) : new Float32Array(size);
      return [name, given[name] ?? ({ data, shape: sizes } as AnyTensor)];
    }),
  );
  const values = names.length ? host.execute(beginning, feeds) : {};
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

/** @param total elements of the value where the two dimensions were followed */
function layoutOf(total: number, time: Followed, batch: Followed): Layout {
  const B = typeof batch === 'object' ? batch : { stride: 1, size: 1 };
  if (typeof time !== 'object') {
    return { before: total / (B.stride * B.size), timeFirst: true, between: 1, last: true };
  }
  if (typeof batch !== 'object') {
    return { before: total / (time.stride * time.size), timeFirst: true, between: 1 };
  }
  const timeFirst = time.stride > B.stride;
  const [outer, inner] = timeFirst ? [time, B] : [B, time];
  return {
    before: total / (outer.stride * outer.size),
    timeFirst,
    between: outer.stride / (inner.stride * inner.size),
  };
}
