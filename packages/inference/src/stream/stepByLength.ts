/**
 * A group's step where a call takes all of its sequences by the same number of steps, as graphs do that carry their
 * states by name: the sequences of each length are brought together, and make a batch of their own.
 */
import type { CallOptions } from '../worker/api.ts';
import { featuresOf, feedsOf, type Steps } from './chunk.ts';
import { fromGraph } from './layout.ts';
import { emptyLike, moveRow } from './rows.ts';
import type { StreamModel } from './stream.ts';
import type { StreamInfo, StreamPort } from './streamProgram.ts';

interface Group {
  readonly info: StreamInfo;
  /** The output that is wanted. */
  readonly port: StreamPort;
  readonly capacity: number;
}

interface Call {
  /** [T, capacity, features] */
  readonly steps: Steps;
  /** [capacity] steps that each slot really has. */
  readonly lengths: Int32Array;
  readonly options: CallOptions;
}

interface Stepped {
  /** [T, capacity, O]; [1, capacity, O] of an output that only shows the newest step. */
  readonly data: Float32Array;
  readonly states: readonly Float32Array[];
}

/** @param states [before, capacity, after] each; they stay as they are */
export async function stepByLength(
  model: StreamModel,
  { info, port, capacity }: Group,
  states: readonly Float32Array[],
  { steps, lengths, options }: Call,
): Promise<Stepped> {
  const features = featuresOf(info.inputs[0]!);
  const { name, layout } = port;
  const next = states.map((state) => state.slice());
  let out: Float32Array | undefined;
  // Where nobody has any, all are stepped, for the width of the output; nobody's state is anybody's.
  const counts = lengths.some((n) => n > 0) ? lengths : lengths.map(() => steps.T);
  for (const T of new Set(counts)) {
    if (T === 0) continue;
    const slots = [...counts.keys()].filter((slot) => counts[slot] === T);
    const count = slots.length;
    const data = emptyLike(steps.data, T * count * features);
    const own = states.map(
      (_, s) => new Float32Array(info.states[s]!.before * count * info.states[s]!.after),
    );
    for (const [row, slot] of slots.entries()) {
      moveRow({ data: steps.data, count: capacity, row: slot }, { data, count, row }, T, features);
      for (const [s, { before, after }] of info.states.entries()) {
        moveRow(
          { data: states[s]!, count: capacity, row: slot },
          { data: own[s]!, count, row },
          before,
          after,
        );
      }
    }
    const call = { feeds: feedsOf({ data, T }, info, count), states: own, batch: count };
    const result = await model.run(call, options);
    const rows = layout.last ? 1 : T;
    const made = fromGraph(result.outputs[name]!.data, layout, T, count);
    const width = made.length / (rows * count);
    out ??= new Float32Array((layout.last ? 1 : steps.T) * capacity * width);
    for (const [row, slot] of slots.entries()) {
      moveRow({ data: made, count, row }, { data: out, count: capacity, row: slot }, rows, width);
      for (const [s, { before, after }] of info.states.entries()) {
        const from = { data: result.states[s]!, count, row };
        moveRow(from, { data: next[s]!, count: capacity, row: slot }, before, after);
      }
    }
  }
  return { data: out!, states: next };
}
