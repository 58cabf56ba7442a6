/** One sequence that goes on: what is pushed continues where the push before stopped. */
import type { Tensor } from '@rivulet/core';
import type { AnyTensor } from '../engine/engine.ts';
import type { CallOptions } from '../worker/api.ts';
import { copyOfChunk, feedsOf, type StreamChunk, stepsOf, type Taken, takeFeeds } from './chunk.ts';
import { DirectPush } from './directPush.ts';
import { fromGraph } from './layout.ts';
import { outputOf } from './outputOf.ts';
import { readSnapshot, type StreamMoment, writeSnapshot } from './snapshot.ts';
import type { StreamCall, StreamInfo, StreamProgram, StreamResult } from './streamProgram.ts';
import { Turns } from './turns.ts';

/** Where a stream's model runs. */
export interface StreamModel {
  info(): Promise<StreamInfo>;
  run(call: StreamCall, options: CallOptions): Promise<StreamResult>;
  /** As StreamProgram's, where the model is in this thread and has nothing else to do; else undefined. */
  readonly pushNow: NonNullable<StreamProgram['pushNow']>;
}

/**
 * Its state is here and not where the model runs: an aborted or failed push leaves it as it was, and it survives a
 * worker that dies. Calls take effect in the order they were made.
 */
export class Stream {
  readonly #model: StreamModel;
  readonly #output: string | undefined;
  readonly #turns = new Turns('stream');
  #info: StreamInfo | undefined;
  #moment: StreamMoment | undefined;
  #direct: DirectPush | undefined;

  /**
   * Made by `model.createStream`, `model.restore` and `fork`.
   * @param begin its first moment
   * @param output what `push` returns; default the graph's first
   */
  constructor(
    model: StreamModel,
    begin: (info: StreamInfo) => StreamMoment | Promise<StreamMoment>,
    output?: string,
  ) {
    this.#model = model;
    this.#output = output;
    this.#begin = begin;
  }

  readonly #begin: (info: StreamInfo) => StreamMoment | Promise<StreamMoment>;

  /**
   * @param chunk [n, F], n steps from 1 on, or their numbers alone; copied
   * @returns [n, O], the new steps of the output; [1, O] of one that only shows the newest step
   * @throws ONNX_UNSUPPORTED { op, node, why } for a graph that cannot be streamed; TENSOR_SHAPE; ARGUMENT for numbers
   *   that are not finite; ABORTED, WORKER_DIED (the state is kept, push again), OUT_OF_MEMORY, DISPOSED
   */
  push(chunk: StreamChunk, options: CallOptions = {}): Promise<Tensor> {
    if (this.#moment && !options?.signal && this.#turns.free) {
      try {
        const done = this.#pushNow(chunk, this.#info!, this.#moment);
        if (done) return Promise.resolve(done);
      } catch (error) {
        return Promise.reject(error);
      }
    }
    return this.#pushInTurn(chunk, options);
  }

  #pushNow(chunk: StreamChunk, info: StreamInfo, moment: StreamMoment): Tensor | undefined {
    if (info.inputs.length !== 1) return undefined;
    this.#direct ??= new DirectPush(this.#model, info, this.#output);
    const direct = this.#direct;
    const done = direct.push(chunk, moment);
    if (done) this.#moment = direct.moment;
    return done;
  }

  async #pushInTurn(chunk: StreamChunk, options: CallOptions): Promise<Tensor> {
    const copy = copyOfChunk(chunk);
    return this.#turns.take(async (commit) => {
      const info = await this.#ready();
      const steps = stepsOf(copy, info, 1, true);
      const port = outputOf(info, this.#output);
      const { T } = steps;
      const taken = { feeds: feedsOf(steps, info, 1), T };
      const { data } = (await this.#step(taken, options, commit))[port.name]!;
      const rows = port.layout.last ? 1 : T;
      return { data: fromGraph(data, port.layout, T, 1), shape: [rows, data.length / rows] };
    }, options?.signal);
  }

  /**
   * As `model.run`, going on from the state: for models of several inputs or outputs.
   * @param feeds by ONNX input name in the graph's own shape, the states left out, and what no output depends on if you
   *   like; not to be written into before the promise settles
   * @returns every output by name, in the graph's own shape
   * @throws as `push` does
   */
  async run(
    feeds: Readonly<Record<string, AnyTensor>>,
    options: CallOptions = {},
  ): Promise<Record<string, Tensor>> {
    return this.#turns.take(async (commit) => {
      return this.#step(takeFeeds(feeds, await this.#ready()), options, commit);
    }, options?.signal);
  }

  /** The state after all pushes so far, as bytes that any platform's `model.restore` takes. */
  snapshot(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#turns.take(async () => writeSnapshot((await this.#ready()).hash, this.#moment!));
  }

  /** Another stream that goes on from here. */
  fork(): Stream {
    const begin = this.#turns.take(async () => {
      // What has not begun is asked of the model when the other one needs it: that may fail, and is asked again.
      if (!this.#moment) return this.#begin;
      const { steps, states } = this.#moment;
      // This stream's own arrays are written again.
      const moment = { steps, states: states.map((state) => state.slice()) };
      return () => moment;
    });
    begin.catch(() => {});
    return new Stream(this.#model, async (info) => (await begin)(info), this.#output);
  }

  /** Back to the initial state, after all pushes so far. */
  reset(): Promise<void> {
    return this.#turns.take(async () => {
      this.#moment = beginning(await this.#ready());
    });
  }

  /** Steps pushed so far, those before a restored snapshot included. */
  steps(): Promise<number> {
    return this.#turns.take(async () => {
      await this.#ready();
      return this.#moment!.steps;
    });
  }

  /** For `readable.pipeThrough`: chunks in, outputs out; it does not dispose the stream. */
  toTransformStream(options: CallOptions = {}): TransformStream<StreamChunk, Tensor> {
    return new TransformStream({
      transform: async (chunk, controller) => controller.enqueue(await this.push(chunk, options)),
    });
  }

  /** Calls made before are carried out, later ones reject with DISPOSED. Twice is once. */
  async dispose(): Promise<void> {
    await this.#turns.end();
    this.#moment = undefined;
    this.#direct = undefined;
  }

  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  static {
    // Not everywhere yet: without the symbol there is no `await using` that would ask for it.
    if (Symbol.asyncDispose) {
      Object.defineProperty(Stream.prototype, Symbol.asyncDispose, { value: Stream.prototype.dispose });
    }
  }

  async #ready(): Promise<StreamInfo> {
    this.#info ??= await this.#model.info();
    this.#moment ??= await this.#begin(this.#info);
    return this.#info;
  }

  async #step(
    { feeds, T }: Taken,
    options: CallOptions,
    commit: () => void,
  ): Promise<Record<string, Tensor>> {
    const { states, steps } = this.#moment!;
    const result = await this.#model.run({ feeds, states, batch: 1 }, options);
    commit();
    this.#moment = { steps: steps + T, states: result.states };
    return result.outputs;
  }
}

export function beginning({ states }: StreamInfo): StreamMoment {
  return { steps: 0, states: states.map(({ initial }) => initial) };
}

/** @throws SNAPSHOT_INVALID, SNAPSHOT_MODEL, ARGUMENT */
export async function restored(model: StreamModel, bytes: Uint8Array, output?: string): Promise<Stream> {
  const moment = readSnapshot(bytes, await model.info());
  return new Stream(model, () => moment, output);
}
