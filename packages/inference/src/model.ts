/** The three lines a user types for any ONNX file: load, run, dispose. */
import type { Tensor } from '@rivulet/core';
import type { AnyTensor, EngineChoice, EngineName, ValueInfo } from './engine/engine.ts';
import type { LoadProgress } from './load/modelFolder.ts';
import type { CallOptions, ModelInfo, ModelService, Remote } from './worker/api.ts';

export interface LoadModelOptions {
  /** Default `auto`: our own engine where it covers the graph, else onnxruntime-web. */
  readonly engine?: EngineChoice | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

export class Model {
  /** Which engine runs it. */
  readonly engine: EngineName;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly #remote: Remote<ModelService>;

  /** Made by `loadModel`. */
  constructor(remote: Remote<ModelService>, { engine, inputs, outputs }: ModelInfo) {
    this.#remote = remote;
    this.engine = engine;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /**
   * @param feeds by ONNX input name, row-major, e.g. `{ x: { data, shape: [T, B, F] } }`
   * @returns every output by name
   * @throws TENSOR_SHAPE, ARGUMENT, ABORTED, WORKER_DIED (calling again loads again), DISPOSED
   */
  run(
    feeds: Readonly<Record<string, AnyTensor>>,
    options: CallOptions = {},
  ): Promise<Record<string, Tensor>> {
    return this.#remote.call('run', [feeds], options);
  }

  /** Gives the memory back. Twice is once. */
  dispose(): Promise<void> {
    return this.#remote.dispose();
  }
}
