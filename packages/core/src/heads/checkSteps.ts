import { RivuletError } from '../errors.ts';

/**
 * Refuses scores that are not [T, C], and a blank that is no class.
 * @throws RivuletError MODEL_SHAPE for the scores, ARGUMENT for the blank
 */
export function checkSteps(scores: Float32Array, T: number, C: number, blank = 0): void {
  if (!Number.isInteger(T) || T < 0 || !Number.isInteger(C) || C < 1 || scores.length < T * C) {
    throw new RivuletError('MODEL_SHAPE', `[${T}, ${C}] scores expected, got ${scores.length} numbers`, {
      expected: [T, C],
      got: scores.length,
    });
  }
  if (!Number.isInteger(blank) || blank < 0 || blank >= C) {
    throw new RivuletError('ARGUMENT', `blank must be a class of 0 ... ${C - 1}, got ${blank}`, { blank, C });
  }
}
