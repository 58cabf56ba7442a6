/** The three lines a user types for any ONNX file: load, run, dispose. */
import type { Tensor } from '@rivulet/core';
import type { AnyTensor, EngineName, ValueInfo } from './engine/engine.ts';
import type { LoadProgress } from './load/modelFolder.ts';
import type { CallOptions, ModelInfo, ModelService, Remote, ServiceOptions } from './worker/api.ts';

/** `engine`: default `auto`, our own where it covers the graph, else onnxruntime-web. */
export interface LoadModelOptions extends Pick<ServiceOptions, 'engine' | 'variant'> {
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
   * @throws TENSOR_SHAPE, MODEL_SHAPE, ARGUMENT, OUT_OF_MEMORY, ABORTED, WORKER_DIED (calling again loads again),
   *   DISPOSED
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
