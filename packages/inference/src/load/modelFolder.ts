/** What `models/<name>/` looks like to a service that is being loaded: a checked manifest, and files on demand. */
import type { Manifest } from '@rivulet/core';

/** Weights as float32, or as int8 with a scale per row (a quarter of the bytes; the default). */
export type WeightType = 'float32' | 'int8';

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
   * The ONNX file of that weight type, its length and SHA-256 checked against the manifest.
   * @throws MODEL_NOT_FOUND, MODEL_FETCH, MODEL_HASH (also when truncated), MODEL_TOO_LARGE, ABORTED.
   *   A failure is not remembered: calling again reads again.
   */
  bytes(weights: WeightType): Promise<Uint8Array>;
}
