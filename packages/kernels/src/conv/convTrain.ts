/**
 * Convolution over time, y[t] = W x[t * stride ... t * stride + kernel - 1] + b. A window of `kernel` steps lies in one
 * piece, [kernel * in][lanes], so each output step is a dense product with its window, and no window is ever copied.
 */

import { denseBackward, denseForward } from '../dense/denseTrain.ts';
import type { ConvBackwardCall, ConvCall } from '../layerTypes.ts';
import type { Machine } from '../machine.ts';

const windows = <C extends ConvCall>(call: C) => ({
  ...call,
  in: call.kernel * call.in,
  xStep: 4 * call.stride * call.in * call.B,
});

export function convForward(machine: Machine, call: ConvCall): void {
  denseForward(machine, windows(call));
}

export function convBackward(machine: Machine, call: ConvBackwardCall): void {
  denseBackward(machine, windows(call));
}
