/** Scaled dot-product attention (Vaswani et al. 2017) of each lane's queries over its keys, in heads. */
import type { AttentionBackwardCall, AttentionCall } from '../layerTypes.ts';
import type { Machine } from '../machine.ts';

export function attentionForward({ wasm, f32 }: Machine, call: AttentionCall): void {
  const { T, S, B, features, values, heads, shares } = call;
  const [D, V] = [features / heads, values / heads];
  const [step, valueStep] = [4 * features * B, 4 * values * B];
  f32(call.y, T * values * B).fill(0);
  for (let head = 0; head < heads; head++) {
    const s = shares + 4 * head * T * S * B;
    const part = 4 * head * D * B;
    const valuePart = 4 * head * V * B;
    wasm.laneScores(s, T, S, D, B, call.q + part, step, call.k + part, step, 1 / Math.sqrt(D));
    wasm.laneSoftmax(s, T, S, B, call.lens, call.causal ? 1 : 0);
    const [y, v] = [call.y + valuePart, call.v + valuePart];
    wasm.laneMix(y, valueStep, T, S, V, B, s, 4 * S * B, 4 * B, v, valueStep, 1);
  }
}

export function attentionBackward({ wasm, scratch }: Machine, call: AttentionBackwardCall): void {
  const { T, S, B, features, values, heads, shares, dq, dk, dv } = call;
  const [D, V] = [features / heads, values / heads];
  const [step, valueStep] = [4 * features * B, 4 * values * B];
  const [row, column] = [4 * S * B, 4 * B];
  const factor = 1 / Math.sqrt(D);
  const { ds } = scratch({ ds: T * S * B });
  for (let head = 0; head < heads; head++) {
    const s = shares + 4 * head * T * S * B;
    const part = 4 * head * D * B;
    const valuePart = 4 * head * V * B;
    const dy = call.dy + valuePart;
    if (dv) wasm.laneMix(dv + valuePart, valueStep, S, T, V, B, s, column, row, dy, valueStep, 1);
    wasm.laneScores(ds, T, S, V, B, dy, valueStep, call.v + valuePart, valueStep, 1);
    wasm.laneSoftmaxBackward(s, ds, T, S, B);
    if (dq) wasm.laneMix(dq + part, step, T, S, D, B, ds, row, column, call.k + part, step, factor);
    if (dk) wasm.laneMix(dk + part, step, S, T, D, B, ds, column, row, call.q + part, step, factor);
  }
}
