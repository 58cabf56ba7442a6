/**
 * Coded errors: every failure a caller can meet has a stable `code` and names the offending value in
 * `details`, so that a page can translate it and a test can match it. They cross a worker border as plain
 * objects (`toWire`) and come out as themselves (`fromWire`).
 */

export type ErrorCode =
  // bad arguments and shapes
  | 'ARGUMENT'
  | 'TENSOR_SHAPE'
  // model files
  | 'ONNX_PARSE'
  | 'ONNX_UNSUPPORTED'
  | 'MODEL_NOT_FOUND'
  | 'MODEL_FETCH'
  | 'MODEL_HASH'
  | 'MODEL_SHAPE'
  | 'MODEL_TOO_LARGE'
  | 'MANIFEST_INVALID'
  | 'FEATURE_VERSION'
  // input of the two streams
  | 'INK_INVALID'
  | 'SERIES_INVALID'
  // saved streams
  | 'SNAPSHOT_INVALID'
  | 'SNAPSHOT_MODEL'
  // running
  | 'ENGINE_UNAVAILABLE'
  | 'DISPOSED'
  | 'ABORTED'
  | 'WORKER_DIED'
  | 'DEVICE_LOST'
  | 'OUT_OF_MEMORY'
  | 'STORAGE_FULL'
  // making models
  | 'RECIPE_INVALID'
  | 'DATA_INVALID'
  | 'CHECKPOINT_INVALID'
  | 'DIVERGED'
  // changes to a model by a person's own samples
  | 'DELTA_INVALID'
  | 'DELTA_MODEL'
  | 'INTERNAL';

export interface WireError {
  readonly rivulet: true;
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export class RivuletError extends Error {
  override readonly name = 'RivuletError';
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }

  toWire(): WireError {
    return { rivulet: true, code: this.code, message: this.message, details: this.details };
  }

  static fromWire(wire: WireError): RivuletError {
    return new RivuletError(wire.code, wire.message, { ...wire.details });
  }

  static isWire(value: unknown): value is WireError {
    return typeof value === 'object' && value !== null && (value as { rivulet?: unknown }).rivulet === true;
  }
}
