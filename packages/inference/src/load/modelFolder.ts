/** What `models/<name>/` looks like to a service that is being loaded: a checked manifest, and files on demand. */
import type { Manifest } from '@rivulet/core';

/**
 * How a network computes. `float32`; `int8`: weights of a quarter of the bytes, with a scale per row, times activations
 * of 16 bits (14 where that is faster); `int8a7`: the same weights times activations of 7 bits, which is fastest, for
 * networks trained for it.
 */
export type WeightType = 'float32' | Int8Type;
export type Int8Type = 'int8' | 'int8a7';

export interface LoadProgress {
  /** The file being read, relative to the model folder. */
  readonly file: string;
  readonly loadedBytes: number;
  /** Known from the manifest or the response's headers; undefined when neither says. */
  readonly totalBytes: number | undefined;
}

export interface ModelFolder {
  readonly manifest: Manifest;
  /**
   * The ONNX file with those weights, its length and SHA-256 checked against the manifest.
   * @throws MODEL_NOT_FOUND, MODEL_FETCH, MODEL_HASH (also when truncated), MODEL_TOO_LARGE, ABORTED.
   *   A failure is not remembered: calling again reads again.
   */
  bytes(weights: 'float32' | 'int8'): Promise<Uint8Array>;
}
