/** Turns what went wrong into a sentence for the person at the page: what happened, and what still works. */
import { type ErrorCode, RivuletError } from '@rivulet/core';

export interface Explanation {
  /** The stable code, for a test or a bug report. */
  readonly code: ErrorCode;
  readonly sentence: string;
  /** Trying again may help. */
  readonly retry: boolean;
}

type Sentence = readonly [sentence: string, retry: boolean];

const SENTENCES: Record<ErrorCode, Sentence> = {
  ARGUMENT: ['Something on this page asked for the impossible. That is our mistake, not yours.', false],
  TENSOR_SHAPE: ['The model got numbers in a shape it does not know.', false],
  ONNX_PARSE: ['The model file is damaged or is no model.', true],
  ONNX_UNSUPPORTED: ['The model uses an operation that this page cannot run.', false],
  MODEL_NOT_FOUND: ['The model is missing on the server.', true],
  MODEL_FETCH: ['The model could not be loaded. Check the connection.', true],
  MODEL_HASH: ['The model arrived incomplete or changed on its way.', true],
  MODEL_SHAPE: ['The model does not fit what this page feeds it.', false],
  MODEL_TOO_LARGE: ['The model is larger than this page accepts.', false],
  MANIFEST_INVALID: ['The description of the model is damaged.', true],
  FEATURE_VERSION: ['The model and this page are of different versions. Reload the page to update it.', true],
  SNAPSHOT_INVALID: ['The saved state of a stream cannot be read.', false],
  SNAPSHOT_MODEL: ['The saved state of a stream belongs to another model.', false],
  INK_INVALID: ['Some of the ink cannot be read.', false],
  SERIES_INVALID: ['Some of the values cannot be read.', false],
  ENGINE_UNAVAILABLE: [
    'This browser lacks WebAssembly SIMD, which the model needs. A newer browser has it.',
    false,
  ],
  DISPOSED: ['The model was closed while it was still needed.', true],
  ABORTED: ['That was cancelled.', true],
  DEVICE_LOST: ['The browser took the graphics processor away. Trying again starts it anew.', true],
  WORKER_DIED: ['The browser stopped the model in the background, often for lack of memory.', true],
  OUT_OF_MEMORY: ['There is not enough memory left for the model. Closing other tabs may help.', true],
  STORAGE_FULL: ['The storage of this device is full.', true],
  RECIPE_INVALID: ['The recipe of the model is damaged.', false],
  DATA_INVALID: ['The data cannot be read.', false],
  CHECKPOINT_INVALID: ['The saved state cannot be read.', false],
  DIVERGED: ['The numbers of the calculation grew without bound, so it was stopped.', true],
  DELTA_INVALID: ['What was learned cannot be read: the file is damaged.', false],
  DELTA_MODEL: ['What was learned belongs to another model.', false],
  INTERNAL: ['Something went wrong inside this page.', true],
};

/** Private windows and blocked cookies: no storage at all rather than a full one. */
const REFUSED: Sentence = ['This browser keeps no data for this page.', true];

/** @param thrown anything that was thrown; what is not one of ours counts as INTERNAL. */
export function explainError(thrown: unknown): Explanation {
  const error = causeOf(thrown);
  const code = codeOf(error);
  const [sentence, retry] = code === 'STORAGE_FULL' && isRefused(error) ? REFUSED : SENTENCES[code];
  return { code, sentence: sentence + place(error), retry };
}

function codeOf(error: unknown): ErrorCode {
  if (error instanceof RivuletError || RivuletError.isWire(error))
    return error.code in SENTENCES ? error.code : 'INTERNAL';
  if (error instanceof DOMException) {
    if (error.name === 'QuotaExceededError') return 'STORAGE_FULL';
    if (error.name === 'AbortError') return 'ABORTED';
  }
  return 'INTERNAL';
}

/** Interfaces of the web platform may throw only DOMExceptions: ours is then their cause. */
function causeOf(thrown: unknown): unknown {
  const { cause } = thrown instanceof Error ? thrown : {};
  return !(thrown instanceof RivuletError) && cause instanceof RivuletError ? cause : thrown;
}

function isRefused(error: unknown): boolean {
  return error instanceof RivuletError && error.details.refused === true;
}

/** Where in the person's own file or drawing it is wrong, where the error says so. */
function place(error: unknown): string {
  if (!(error instanceof RivuletError)) return '';
  const { line, value } = error.details;
  if (error.code !== 'SERIES_INVALID' && error.code !== 'INK_INVALID') return '';
  if (typeof line === 'number')
    return ` Line ${line}${value === undefined ? '' : `: “${String(value).slice(0, 60)}”`}.`;
  return '';
}
