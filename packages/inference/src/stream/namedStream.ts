/** Streams of a graph that carries its states by name (`h0` in, `hn` out): any engine runs them. */
import { RivuletError, shown, type Tensor } from '@rivulet/core';
import type { AnyTensor, Session, ValueInfo } from '../engine/engine.ts';
import type { FusedGraph, GraphHost } from '../engine/fused/fusedSession.ts';
import { boundPush } from './boundPush.ts';
import { shapeOf } from './chunk.ts';
import { lastOutputs } from './lastOutputs.ts';
import { readGraph, withoutUnread } from './readGraph.ts';
import type { StreamCall, StreamPort, StreamProgram, StreamResult, StreamState } from './streamProgram.ts';

/** @throws ARGUMENT for what are no names by name */
export function checkStates(states: Readonly<Record<string, string>>): void {
  const isNames =
    typeof states === 'object' && Object.values(states).every((name) => typeof name === 'string');
  if (isNames && !Array.isArray(states)) return;
  const got = shown(states);
  const message = `states are names of outputs by input, { h0: 'hn' }, got ${got}`;
  throw new RivuletError('ARGUMENT', message, { states: got });
}

/** @param states output by input: `{ h0: 'hn' }`. @throws ARGUMENT for a name that the graph does not have */
export function namedStream(
  session: Session,
  states: Readonly<Record<string, string>>,
  timeAxis: 0 | 1 = 0,
): StreamProgram {
  if (timeAxis !== 0 && timeAxis !== 1) {
    throw new RivuletError('ARGUMENT', `timeAxis is 0 or 1, got ${shown(timeAxis)}`, { timeAxis });
  }
  const info = (values: readonly ValueInfo[], name: string, kind: string): ValueInfo => {
    const found = values.find((value) => value.name === name);
    if (found) return found;
    const names = values.map((value) => value.name);
    throw new RivuletError('ARGUMENT', `the model has no ${kind} "${name}"`, {
      [kind]: name,
      [`${kind}s`]: names,
    });
  };
  const { graphs: host } = session;
  const { graph, unread } = readOf(host, states);
  const carried = Object.entries(states).map(([input, output]) => {
    const { shape } = info(session.inputs, input, 'input');
    info(session.outputs, output, 'output');
    // Without a free dimension there is one sequence.
    const free = shape.findIndex((n) => typeof n === 'string' || n < 0);
    const product = (dims: readonly (number | string)[]): number =>
      dims.reduce<number>((size, n) => size * (typeof n === 'number' && n >= 0 ? n : 1), 1);
    const before = free < 0 ? 1 : product(shape.slice(0, free));
    return { input, output, shape, free, before, after: product(shape.slice(Math.max(0, free))) };
  });
  const fixed = carried.find(({ free }) => free < 0);
  const shapeFor = ({ shape, free }: (typeof carried)[number], batch: number): number[] =>
    shape.map((n, axis) => (axis === free ? batch : typeof n === 'number' && n >= 0 ? n : 1));
  const newStates = new Set(Object.values(states));
  const port = ({ name, shape }: ValueInfo): StreamPort => ({
    name,
    shape: shape.map((n, axis) => {
      if (axis === timeAxis) return 'T';
      if (axis === 1 - timeAxis && (typeof n === 'string' || n < 0)) return 'B';
      return typeof n === 'number' ? n : -1;
    }),
    layout: { before: 1, timeFirst: timeAxis === 0, between: 1 },
  });
  const feedsOf = ({ feeds, states: now, batch, lengths }: StreamCall): Record<string, AnyTensor> => {
    if (lengths) {
      throw new RivuletError('ARGUMENT', 'sequences of unequal length need states that the engine finds', {
        lengths: Array.from(lengths),
      });
    }
    const all: Record<string, AnyTensor> = { ...withoutUnread(feeds, unread) };
    for (let i = 0; i < carried.length; i++) {
      const state = carried[i]!;
      all[state.input] = { data: now[i]!, shape: shapeFor(state, batch) };
    }
    return all;
  };
  const own = session.outputs.map(({ name }) => name).filter((name) => !newStates.has(name));
  const resultOf = (results: Readonly<Record<string, Tensor>>, batch: number): StreamResult => {
    const outputs: Record<string, Tensor> = {};
    for (const name of own) outputs[name] = results[name]!;
    const next = carried.map(({ input, output, before, after }) => {
      const { data, shape } = results[output]!;
      const size = before * batch * after;
      if (data.length === size) return data;
      throw new RivuletError(
        'TENSOR_SHAPE',
        `output "${output}" cannot be the state "${input}": it has ${data.length} elements, not ${size}`,
        { state: input, output, expected: [size], got: shape },
      );
    });
    return { outputs, states: next };
  };
  const passed = new Set(unread.map(({ name }) => name));
  const pushed = session.inputs.filter(({ name }) => !Object.hasOwn(states, name) && !passed.has(name));
  const inputs = pushed.map(port);
  const outputs = (): StreamPort[] => {
    const last = lastOutputs(session, graph, pushed[0], timeAxis, (steps, sequences) => {
      const batch = fixed ? 1 : sequences;
      const shapes = carried.map((state) => [state.input, shapeFor(state, batch)] as const);
      return Object.fromEntries([
        ...shapes,
        ...inputs.map((p) => [p.name, shapeOf(p, steps, batch)] as const),
      ]);
    });
    return session.outputs
      .filter(({ name }) => !newStates.has(name))
      .map((output) => {
        const made = port(output);
        return { ...made, layout: last.get(output.name) ?? made.layout };
      });
  };
  const bound = (host: GraphHost, graph: FusedGraph) =>
    boundPush(
      host,
      graph,
      inputs[0]!,
      carried.map((state) => ({ ...state, shape: (batch) => shapeFor(state, batch) })),
    );
  return {
    inputs,
    // Measured when it is asked for, which no push does.
    get outputs() {
      return outputs();
    },
    even: true,
    ...(fixed ? { single: `input "${fixed.input}" has no free dimension` } : {}),
    async states(initial) {
      const unknown = Object.keys(initial).find((name) => !Object.hasOwn(states, name));
      if (unknown !== undefined) {
        throw new RivuletError('ARGUMENT', `"${unknown}" is no state`, {
          input: unknown,
          inputs: Object.keys(states),
        });
      }
      return carried.map(({ input, before, after }): StreamState => {
        const size = before * after;
        const data = initial[input]?.data ?? new Float32Array(size);
        if (data[Symbol.toStringTag] !== 'Float32Array') {
          const got = data[Symbol.toStringTag];
          const details = { state: input, got };
          throw new RivuletError('ARGUMENT', `the initial state "${input}" is a ${got}`, details);
        }
        if (data.length !== size) {
          throw new RivuletError('TENSOR_SHAPE', `the initial state "${input}" has ${data.length} elements`, {
            state: input,
            expected: [size],
            got: [data.length],
          });
        }
        return { name: input, before, after, initial: Float32Array.from(data as Float32Array) };
      });
    },
    run: async (call) => {
      const feeds = feedsOf(call);
      const ran = unread.length > 0 ? host!.execute(graph!, feeds) : await session.run(feeds);
      return resultOf(ran, call.batch);
    },
    ...(session.runNow && {
      runNow: (call) => {
        const feeds = feedsOf(call);
        const ran = unread.length > 0 ? host!.executeNow(graph!, feeds) : session.runNow!(feeds);
        return resultOf(ran, call.batch);
      },
    }),
    ...(session.runNow && host && graph && inputs.length === 1 && { pushNow: bound(host, graph) }),
  };
}

/** What a push runs, and the inputs that it passes over, where the engine shows its graph. A state comes in, read or not. */
function readOf(
  host: GraphHost | undefined,
  states: Readonly<Record<string, string>>,
): { readonly graph?: FusedGraph; readonly unread: readonly ValueInfo[] } {
  if (!host) return { unread: [] };
  const whole = host.whole();
  const read = readGraph(host);
  const unread = read.unread.filter(({ name }) => !Object.hasOwn(states, name));
  if (unread.length === 0) return { graph: whole, unread };
  return {
    graph: { ...read.graph, inputs: whole.inputs.filter((input) => !unread.includes(input)) },
    unread,
  };
}
