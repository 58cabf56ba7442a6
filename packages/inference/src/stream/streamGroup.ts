/** Many sequences that go on together: one call steps all of them, each weight is read once for all. */
import { RivuletError, shown, type Tensor } from '@rivulet/core';
import type { CallOptions } from '../worker/api.ts';
import { copyOfChunk, featuresOf, feedsOf, type Steps, type StreamChunk, stepsOf } from './chunk.ts';
import { GroupState } from './groupState.ts';
import { fromGraph, toGraph } from './layout.ts';
import { outputOf } from './outputOf.ts';
import { emptyLike, moveRow } from './rows.ts';
import { readSnapshot, writeSnapshot } from './snapshot.ts';
import { stepByLength } from './stepByLength.ts';
import type { StreamModel } from './stream.ts';
import type { StreamInfo } from './streamProgram.ts';
import { Turns } from './turns.ts';

/**
 * Sequences are numbered; a number is free again when its sequence has left. Calls take effect in the order they
 * were made; one that fails changes nothing.
 */
export class StreamGroup {
  readonly #model: StreamModel;
  readonly #size: number;
  readonly #output: string | undefined;
  readonly #turns = new Turns('stream group');
  #info: StreamInfo | undefined;
  #group: GroupState | undefined;

  /** Made by `model.createStreamGroup`. @throws ARGUMENT for a size that is no whole number from 0 */
  constructor(model: StreamModel, size: number, output?: string) {
    if (!Number.isInteger(size) || size < 0 || size > MOST) {
      throw new RivuletError('ARGUMENT', `a group has 0 to ${MOST} sequences, got ${shown(size)}`, {
        size,
        most: MOST,
      });
    }
    this.#model = model;
    this.#size = size;
    this.#output = output;
  }

  /**
   * The same number of steps for every sequence.
   * @param chunk [n, S, F], one row for each of the S sequences, in ascending order; copied
   * @returns [n, S, O]; [1, S, O] of an output that only shows the newest step
   * @throws as `Stream.push` does
   */
  async push(chunk: StreamChunk, options: CallOptions = {}): Promise<Tensor> {
    const copy = copyOfChunk(chunk);
    return this.#turns.take(async (commit) => {
      const { info, group } = await this.#ready();
      const { open, capacity } = group;
      const steps = stepsOf(copy, info, open.length, false);
      const { T } = steps;
      const port = outputOf(info, this.#output);
      const rows = port.layout.last ? 1 : T;
      if (open.length === capacity) {
        const data = await this.#advance(steps, undefined, options, commit);
        return { data, shape: [rows, capacity, data.length / (rows * capacity)] };
      }
      // Some have left: the others are spread to their slots, and brought together again.
      const lengths = new Int32Array(capacity);
      for (const slot of open) lengths[slot] = T;
      const [few, features] = [open.length, featuresOf(info.inputs[0]!)];
      const wide = emptyLike(steps.data, T * capacity * features);
      for (const [i, row] of open.entries()) {
        const from = { data: steps.data, count: few, row: i };
        moveRow(from, { data: wide, count: capacity, row }, T, features);
      }
      const data = await this.#advance({ data: wide, T }, lengths, options, commit);
      const width = data.length / (rows * capacity);
      const narrow = new Float32Array(rows * few * width);
      for (const [i, row] of open.entries()) {
        moveRow({ data, count: capacity, row }, { data: narrow, count: few, row: i }, rows, width);
      }
      return { data: narrow, shape: [rows, few, width] };
    }, options?.signal);
  }

  /**
   * Each sequence its own number of steps, or none.
   * @param chunks by number of the sequence, [n, F] each; absent: that sequence stays where it is; copied
   * @returns by number, [n, O] each
   * @throws as `Stream.push` does; ARGUMENT for a number that no sequence has
   */
  async pushEach(
    chunks: readonly (StreamChunk | undefined)[],
    options: CallOptions = {},
  ): Promise<(Tensor | undefined)[]> {
    if (!Array.isArray(chunks)) {
      const got = shown(chunks);
      throw new RivuletError('ARGUMENT', `chunks are a list, got ${got}`, { chunks: got });
    }
    const copies = Array.from(chunks, (chunk) => (isAbsent(chunk) ? undefined : copyOfChunk(chunk)));
    return this.#turns.take(async (commit) => {
      const { info, group } = await this.#ready();
      const { capacity } = group;
      const lengths = new Int32Array(capacity);
      let first: Steps['data'] | undefined;
      let T = 0;
      for (const [sequence, copy] of copies.entries()) {
        if (!copy) continue;
        this.#check(sequence);
        const steps = stepsOf(copy, info, 1, true);
        first ??= steps.data;
        checkKind(first, steps.data, sequence);
        lengths[sequence] = steps.T;
        T = Math.max(T, steps.T);
      }
      if (!first) return copies.map(() => undefined);
      const features = featuresOf(info.inputs[0]!);
      const wide = emptyLike(first, T * capacity * features);
      for (const [row, copy] of copies.entries()) {
        if (!copy) continue;
        const from = { data: copy.data, count: 1, row: 0 };
        moveRow(from, { data: wide, count: capacity, row }, lengths[row]!, features);
      }
      const last = outputOf(info, this.#output).layout.last;
      const data = await this.#advance({ data: wide, T }, lengths, options, commit);
      const width = data.length / ((last ? 1 : T) * capacity);
      return copies.map((copy, row) => {
        if (!copy) return undefined;
        const rows = last ? 1 : lengths[row]!;
        if (rows === 1) return { data: data.slice(row * width, (row + 1) * width), shape: [1, width] };
        const out = new Float32Array(rows * width);
        moveRow({ data, count: capacity, row }, { data: out, count: 1, row: 0 }, rows, width);
        return { data: out, shape: [rows, width] };
      });
    }, options?.signal);
  }

  /** Numbers of the sequences, ascending. */
  sequences(): Promise<number[]> {
    return this.#turns.take(async () => [...(await this.#ready()).group.open]);
  }

  /**
   * One more sequence.
   * @param snapshot where it goes on, of this or another group or of a stream; default: the initial state
   * @returns its number
   * @throws SNAPSHOT_INVALID, SNAPSHOT_MODEL
   */
  join(snapshot?: Uint8Array): Promise<number> {
    return this.#turns.take(async () => {
      const { info, group } = await this.#ready();
      const moment = snapshot === undefined ? undefined : readSnapshot(snapshot, info);
      const slot = group.free();
      group.put(slot, moment);
      return slot;
    });
  }

  /** @throws ARGUMENT for a number that no sequence has, as do the calls below */
  leave(sequence: number): Promise<void> {
    return this.#withSlot(sequence, ({ group }) => group.leave(sequence));
  }

  /** Back to the initial state. */
  reset(sequence: number): Promise<void> {
    return this.#withSlot(sequence, ({ group }) => group.put(sequence));
  }

  /** One sequence's state, as `Stream.snapshot` writes it. */
  snapshot(sequence: number): Promise<Uint8Array<ArrayBuffer>> {
    return this.#withSlot(sequence, ({ group, info }) => writeSnapshot(info.hash, group.get(sequence)));
  }

  /** Calls made before are carried out, later ones reject with DISPOSED. Twice is once. */
  async dispose(): Promise<void> {
    await this.#turns.end();
    this.#group = undefined;
  }

  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  static {
    // Not everywhere yet: without the symbol there is no `await using` that would ask for it.
    if (Symbol.asyncDispose) {
      Object.defineProperty(StreamGroup.prototype, Symbol.asyncDispose, {
        value: StreamGroup.prototype.dispose,
      });
    }
  }

  async #ready(): Promise<{ info: StreamInfo; group: GroupState }> {
    this.#info ??= await this.#model.info();
    const info = this.#info;
    if (info.single !== undefined) {
      throw new RivuletError(
        'ONNX_UNSUPPORTED',
        `this model's sequences cannot form a batch: ${info.single}`,
        {
          why: info.single,
        },
      );
    }
    this.#group ??= new GroupState(info, this.#size);
    return { info, group: this.#group };
  }

  #withSlot<T>(sequence: number, work: (at: { info: StreamInfo; group: GroupState }) => T): Promise<T> {
    return this.#turns.take(async () => {
      const at = await this.#ready();
      this.#check(sequence);
      return work(at);
    });
  }

  #check(sequence: number): void {
    if (typeof sequence === 'number' && this.#group!.isOpen(sequence)) return;
    const { open } = this.#group!;
    throw new RivuletError('ARGUMENT', `no sequence ${shown(sequence)} is in this group`, {
      sequence,
      sequences: [...open],
    });
  }

  /**
   * @param steps [T, capacity, features]
   * @param lengths [capacity] steps that each slot really has; undefined: T
   * @returns the output, [T, capacity, O]; [1, capacity, O] of one that only shows the newest step
   */
  async #advance(
    steps: Steps,
    lengths: Int32Array | undefined,
    options: CallOptions,
    commit: () => void,
  ): Promise<Float32Array> {
    const info = this.#info!;
    const group = this.#group!;
    const { capacity } = group;
    const port = outputOf(info, this.#output);
    const { name, layout } = port;
    const equal = !lengths || lengths.every((n) => n === steps.T);
    if (equal && !options?.signal) {
      const { data, T } = steps;
      const numbers = toGraph(data, info.inputs[0]!.layout, T, capacity);
      const done = this.#model.pushNow(numbers, T, capacity, name, group.states, group.spare);
      if (done) {
        group.advance(group.spare, T, lengths);
        return fromGraph(done, layout, T, capacity);
      }
    }
    if (lengths && !equal && info.even) {
      const { data, states } = await stepByLength(this.#model, { info, port, capacity }, group.states, {
        steps,
        lengths,
        options,
      });
      commit();
      group.advance(states, steps.T, lengths);
      return data;
    }
    // The newest step of a sequence that ends early is not the batch's: such an output takes a run for each length.
    const counts = layout.last && lengths ? [...new Set(lengths)].filter((n) => n > 0) : [];
    // Where nobody goes on, a run tells how wide the output is.
    const runs = counts.length > 0 ? counts : [steps.T];
    let { states } = group;
    let out: Float32Array | undefined;
    for (const T of runs) {
      const data = steps.data.subarray(0, (steps.data.length / steps.T) * T) as Steps['data'];
      const own = equal ? undefined : layout.last ? lengths.map((n) => (n === T ? n : 0)) : lengths;
      const call = { feeds: feedsOf({ data, T }, info, capacity), states, batch: capacity, lengths: own };
      const result = await this.#model.run(call, options);
      states = result.states;
      const rows = fromGraph(result.outputs[name]!.data, layout, T, capacity);
      if (out && own) {
        const width = rows.length / capacity;
        for (const [row, n] of own.entries()) {
          const to = { data: out, count: capacity, row };
          if (n > 0) moveRow({ data: rows, count: capacity, row }, to, 1, width);
        }
      } else out = rows;
    }
    commit();
    group.advance(states, steps.T, lengths);
    return out!;
  }
}

/** As many as a batch's descriptions can count without a model's states growing past any memory. */
const MOST = 65536;

const isAbsent = (chunk: unknown): chunk is undefined => chunk === undefined || chunk === null;

/** A list of chunks is one batch. @throws ARGUMENT */
function checkKind(first: Steps['data'], data: Steps['data'], sequence: number): void {
  const [expected, got] = [first[Symbol.toStringTag], data[Symbol.toStringTag]];
  if (expected === got) return;
  throw new RivuletError('ARGUMENT', `the chunk of sequence ${sequence} is a ${got}, others a ${expected}`, {
    sequence,
    expected,
    got,
  });
}
