/** AdamW (Loshchilov and Hutter 2019): its scalars are combined in float64 before they are rounded for the kernel. */
import type { Machine } from '../machine.ts';
import type { AdamCall } from '../trainTypes.ts';

export function adamStep({ wasm }: Machine, call: AdamCall): void {
  wasm.adamStep(
    call.count,
    call.w,
    call.g,
    call.m,
    call.v,
    call.lr / call.bias1,
    1 / Math.sqrt(call.bias2),
    call.beta1,
    call.beta2,
    call.oneMinusBeta1,
    call.oneMinusBeta2,
    call.eps,
    1 - call.lr * call.weightDecay,
  );
}
