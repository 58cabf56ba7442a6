/** Pushes on the fused engine, by positions: what is looked up and made for names takes as long as a step. */
import type { BoundGraph, FusedGraph, GraphHost } from '../engine/fused/fusedSession.ts';
import { shapeOf } from './chunk.ts';
import type { Numbers } from './growingValue.ts';
import type { StreamPort, StreamProgram } from './streamProgram.ts';

interface BoundState {
  readonly input: string;
  readonly output: string;
  /** Of so many sequences. */
  shape(batch: number): readonly number[];
}

/** @param port the one input that each push brings; @param states all others */
export function boundPush(
  host: GraphHost,
  graph: FusedGraph,
  port: StreamPort,
  states: readonly BoundState[],
): NonNullable<StreamProgram['pushNow']> {
  /** By input of the graph, its state; -1: the port. */
  const stateAt = graph.inputs.map(({ name }) => states.findIndex(({ input }) => input === name));
  // A state that is an output as well is there twice.
  const places = states.map(({ output }) => graph.outputs.lastIndexOf(output));
  let bound: BoundGraph | undefined;
  let [steps, sequences] = [0, 0];
  return (chunk, T, batch, output, now, next) => {
    if (!bound || T !== steps || batch !== sequences) {
      const shapes = states.map(({ input, shape }) => [input, shape(batch)]);
      bound = host.bound(graph, { ...Object.fromEntries(shapes), [port.name]: shapeOf(port, T, batch) });
      [steps, sequences] = [T, batch];
    }
    const data: Numbers[] = [];
    for (let i = 0; i < stateAt.length; i++) data.push(stateAt[i]! < 0 ? chunk : now[stateAt[i]!]!);
    bound.run(data);
    for (let i = 0; i < places.length; i++) if (!bound.write(places[i]!, next[i]!)) return undefined;
    return bound.output(graph.outputs.indexOf(output));
  };
}
