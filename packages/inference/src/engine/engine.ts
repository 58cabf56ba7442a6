/**
 * The border between graphs and whatever runs them. Everything above (recogniser, forecaster, worker, the
 * public `loadModel`) knows a `Session` and nothing of kernels; everything below knows ONNX and nothing of
 * ink or sensors.
 */
import type { Tensor } from '@rivulet/core';
import type { GraphHost } from './fused/fusedSession.ts';

export { type CreateSessionOptions, createSession, expectOperators } from './createSession.ts';

export type EngineName = 'fused' | 'webgpu' | 'ort';
/**
 * `auto`: fused when it covers every node of the graph, else onnxruntime-web; webgpu for a wide model, where a
 * measurement says that it is twice as fast.
 */
export type EngineChoice = EngineName | 'auto';

/** What may be fed: features, sequence lengths, tokens, masks (0 | 1); ValueInfo's `type` says which array. */
export type AnyTensor =
  | Tensor<Float32Array>
  | Tensor<Int32Array>
  | Tensor<BigInt64Array>
  | Tensor<Uint8Array>
  | Tensor<Float64Array>
  | Tensor<Int8Array>
  | Tensor<Int16Array>
  | Tensor<Uint16Array>
  | Tensor<Uint32Array>
  | Tensor<BigUint64Array>;

export interface ValueInfo {
  readonly name: string;
  /** ONNX's element type. `run` takes each in its typed array, bool in a Uint8Array, float16 in a Float32Array. */
  readonly type: string;
  /** A string is a named free dimension (`'T'`, `'B'`), -1 an unnamed one. */
  readonly shape: readonly (number | string)[];
  /** The file does not even say how many dimensions there are. */
  readonly unranked?: true;
}

/** One loaded graph. Calls may overlap: they run one after the other, in the order they were made. */
export interface Session {
  readonly engine: EngineName;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /**
   * @param feeds by ONNX input name, row-major. Not kept: the caller may write into them after the call.
   * @returns every graph output by name, freshly allocated.
   * @throws TENSOR_SHAPE when a feed's shape does not fit its input, MODEL_SHAPE when it does not fit the graph
   *   behind it, ARGUMENT when one is missing or unknown, ONNX_UNSUPPORTED for integers beyond the engine's, OUT_OF_MEMORY,
   *   DISPOSED after `dispose`.
   */
  run(feeds: Readonly<Record<string, AnyTensor>>): Promise<Record<string, Tensor>>;
  /** Other cuts of the graph on the same weights, for streams. Absent: onnxruntime-web does not show its graph. */
  readonly graphs?: GraphHost;
  /**
   * `run` for a caller that need not wait, where the engine does not: same results, same errors, thrown. Small results
   * may share a buffer: a caller that transfers them copies them first.
   */
  runNow?(feeds: Readonly<Record<string, AnyTensor>>): Record<string, Tensor>;
  /** Gives the weights' memory back; later runs reject with DISPOSED. Twice is once. */
  dispose(): Promise<void>;
}
