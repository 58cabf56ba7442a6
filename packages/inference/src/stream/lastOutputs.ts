/** Which outputs of a graph that carries its states by name show the newest step alone, as what follows from a state. */
import { RivuletError } from '@rivulet/core';
import type { Session, ValueInfo } from '../engine/engine.ts';
import type { FusedGraph } from '../engine/fused/fusedSession.ts';
import { count } from '../engine/fused/value.ts';
import type { Layout } from './streamProgram.ts';

type Shape = readonly number[];
type Shapes = (steps: number, sequences: number) => Record<string, Shape>;

/** Steps and sequences to try with. */
const SIZES = [
  [5, 3],
  [7, 3],
  [5, 4],
] as const;

/**
 * @param graph what of the session's a push runs, where the engine shows it
 * @param input one that each push brings
 * @param shapesFor of all inputs
 * @returns layouts of those outputs, by name
 */
export function lastOutputs(
  session: Session,
  graph: FusedGraph | undefined,
  input: ValueInfo | undefined,
  timeAxis: 0 | 1,
  shapesFor: Shapes,
): ReadonlyMap<string, Layout> {
  const found = new Map<string, Layout>();
  const measured = measure(session, graph, shapesFor);
  const [time, batch] = [input?.shape[timeAxis], input?.shape[1 - timeAxis]];
  for (const { name, shape: declared } of session.outputs) {
    const [shape, later, wider] = measured.map((shapes) => shapes.get(name));
    // Of an engine that shows no shapes, the names that the file gives say it.
    const last = shape
      ? String(shape) === String(later)
      : typeof batch === 'string' && declared[0] === batch && time !== batch && !declared.includes(time!);
    if (!last) continue;
    const axis = shape?.findIndex((n, i) => n !== wider?.[i]) ?? 0;
    const before = axis > 0 ? count(shape!.slice(0, axis)) : 1;
    found.set(name, { before, timeFirst: true, between: 1, last });
  }
  return found;
}

function measure(
  { graphs }: Session,
  graph: FusedGraph | undefined,
  shapesFor: Shapes,
): ReadonlyMap<string, Shape>[] {
  if (!graphs || !graph) return [];
  try {
    return SIZES.map(([steps, sequences]) => {
      const values = graphs.measure(graph, shapesFor(steps, sequences));
      return new Map([...values].map(([name, { shape }]) => [name, shape]));
    });
  } catch (error) {
    // A file of one length, or of one sequence, whatever it declares.
    if (error instanceof RivuletError && error.code === 'MODEL_SHAPE') return [];
    throw error;
  }
}
