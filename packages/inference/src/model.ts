/** The three lines a user types for any ONNX file: load, run, dispose. */
import type { Tensor } from '@rivulet/core';
import type { AnyTensor, EngineName, ValueInfo } from './engine/engine.ts';
import type { LoadOptions } from './load/modelCache.ts';
import type { Int8Type, LoadProgress } from './load/modelFolder.ts';
import { type IncrementalModel, IncrementalRun } from './stream/incrementalRun.ts';
import { beginning, restored, Stream, type StreamModel } from './stream/stream.ts';
import { StreamGroup } from './stream/streamGroup.ts';
import type { StreamInfo, StreamRequest } from './stream/streamProgram.ts';
import type { CallOptions, ModelService, Remote, ServiceOptions } from './worker/api.ts';
import { checkObject } from './worker/checkOptions.ts';

/**
 * `engine`: default `auto`, our own where it covers the graph, else onnxruntime-web; `webgpu` computes on the GPU, in
 * float32, or is an error.
 */
export interface LoadModelOptions extends Pick<ServiceOptions, 'engine' | 'variant' | 'sha256'>, LoadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  /** How int8 weights are run. Default: with the activations that the file says they were trained for. */
  readonly dtype?: Int8Type | undefined;
}

export interface StreamOptions extends StreamRequest {
  /** The output that `push` returns. Default: the graph's first. */
  readonly output?: string | undefined;
}

export class Model {
  /** Which engine runs it. */
  readonly engine: EngineName;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly #remote: Remote<ModelService>;
  #streamInfo: Promise<StreamInfo> | undefined;
  #runs = 0;

  /** Made by `loadModel`. */
  constructor(remote: Remote<ModelService>) {
    const { engine, inputs, outputs } = remote.about;
    this.#remote = remote;
    this.engine = engine;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /**
   * @param feeds by ONNX input name, row-major, e.g. `{ x: { data, shape: [T, B, F] } }`; not to be written into before the
   *   promise settles: a call that waits its turn reads them then
   * @returns every output by name
   * @throws TENSOR_SHAPE, MODEL_SHAPE, ARGUMENT, ONNX_UNSUPPORTED { op, node, why, value } for an integer that is computed
   *   beyond 32 bits, OUT_OF_MEMORY, ABORTED, WORKER_DIED (calling again loads again), DISPOSED
   */
  run(feeds: Readonly<Record<string, AnyTensor>>, options?: CallOptions): Promise<Record<string, Tensor>> {
    return this.#remote.call('run', [feeds], options);
  }

  /**
   * A sequence that goes on: each push continues where the one before stopped. Nothing is asked of the model
   * before the first call on the stream.
   * @throws ARGUMENT for options that are no object, at once, as do the makers below
   */
  createStream(options: StreamOptions = {}): Stream {
    return new Stream(this.#streamModel(options), beginning, options.output);
  }

  /**
   * A stream that goes on from a snapshot, whichever platform wrote it.
   * @param options as they were given to the stream that wrote it
   * @throws SNAPSHOT_INVALID { why } for torn or foreign bytes, SNAPSHOT_MODEL for another model's, and whatever the
   *   first push on a new stream throws
   */
  async restore(snapshot: Uint8Array, options: StreamOptions = {}): Promise<Stream> {
    return restored(this.#streamModel(options), snapshot, options.output);
  }

  /**
   * Sequences that go on side by side, stepped as one batch: for hundreds of sensors, a call costs little more
   * than for one.
   * @param size how many begin, numbered from 0; more may join, and any may leave
   * @throws ARGUMENT for a size that is no whole number from 0
   */
  createStreamGroup(size: number, options: StreamOptions = {}): StreamGroup {
    return new StreamGroup(this.#streamModel(options), size, options.output);
  }

  /**
   * For bidirectional models whose input still grows: each push returns the outputs of all steps so far, as a run of
   * them would, and computes again only what the new steps can change.
   */
  createIncrementalRun(options: Pick<StreamOptions, 'output'> = {}): IncrementalRun {
    checkObject(options);
    const remote = this.#remote;
    const run = ++this.#runs;
    const model: IncrementalModel = {
      info: () => remote.call('growInfo', []),
      push: (output, from, chunk, call) => remote.call('growPush', [run, output, from, chunk], call),
      // With its model it has gone already.
      close: () => remote.tell('growClose', [run]),
    };
    return new IncrementalRun(model, options.output);
  }

  #streamModel(options: StreamOptions): StreamModel {
    checkObject(options);
    const { output: _, ...request } = options;
    const plain = Object.keys(request).length === 0;
    const ask = (): Promise<StreamInfo> => this.#remote.call('streamInfo', [request]);
    return {
      // The same for every stream without options. A failure is forgotten.
      info: () => {
        if (!plain) return ask();
        this.#streamInfo ??= ask().catch((error) => {
          this.#streamInfo = undefined;
          throw error;
        });
        return this.#streamInfo;
      },
      run: (call, options) => this.#remote.call('streamRun', [request, call], options),
      pushNow: (...push) => this.#remote.now('pushNow', [request, ...push]) as Float32Array | undefined,
    };
  }

  /** Gives the memory back. Twice is once. */
  dispose(): Promise<void> {
    // What asks again hears that there is no model.
    this.#streamInfo = undefined;
    return this.#remote.dispose();
  }

  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  static {
    // As in a stream: there may be no such symbol.
    if (Symbol.asyncDispose) {
      Object.defineProperty(Model.prototype, Symbol.asyncDispose, { value: Model.prototype.dispose });
    }
  }
}
