/** Sources of one layer whose time axes must agree; how long they are shows only in a batch. */
import { RivuletError } from '@rivulet/core';

/** @throws MODEL_SHAPE naming the layer */
export function checkSteps(layer: string, expected: number, got: number): void {
  if (expected === got) return;
  throw new RivuletError('MODEL_SHAPE', `Layer ${layer} needs ${expected} steps of each source, got ${got}`, {
    layer,
    expected,
    got,
  });
}
