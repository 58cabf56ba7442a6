/** Scaled dot-product attention (Vaswani et al. 2017) of each lane's queries over its keys, in heads. */
import type { AttentionBackwardCall, AttentionCall } from '../layerTypes.ts';
import type { Machine } from '../machine.ts';
import type { Pointer } from '../trainTypes.ts';

/** Where a head's parts stand, bytes from the start of what it is a part of. */
interface Head {
  /** Its table of shares [T][S][B]. */
  readonly shares: Pointer;
  /** In queries and keys, in values. */
  readonly part: number;
  readonly valuePart: number;
}

/** What all heads have in common: features of a head, and bytes from step to step and from share to share. */
function shapeOf({ S, B, features, values, heads }: AttentionCall) {
  const [D, V] = [features / heads, values / heads];
  const steps = { step: 4 * features * B, valueStep: 4 * values * B };
  return { D, V, ...steps, row: 4 * S * B, column: 4 * B, factor: 1 / Math.sqrt(D) };
}

/** Floats of the room that the products gather their operands in, a cache line of 16 floats at a time. */
function roomFloats({ T, S }: AttentionCall, widest: number): number {
  const mix = (I: number, J: number): number => I * (J + 1) + J * (widest + 1);
  return 16 * Math.max((T + S) * (widest + 1), mix(T, S), mix(S, T));
}

function eachHead(
  { T, S, B, features, values, heads, shares }: AttentionCall,
  visit: (head: Head) => void,
): void {
  for (let head = 0; head < heads; head++) {
    visit({
      shares: shares + 4 * head * T * S * B,
      part: (4 * head * features * B) / heads,
      valuePart: (4 * head * values * B) / heads,
    });
  }
}

export function attentionForward({ wasm, f32, scratch }: Machine, call: AttentionCall): void {
  const { T, S, B, values, q, k } = call;
  const { D, V, step, valueStep, row, column, factor } = shapeOf(call);
  const { room } = scratch({ room: roomFloats(call, Math.max(D, V)) });
  f32(call.y, T * values * B).fill(0);
  eachHead(call, ({ shares, part, valuePart }) => {
    wasm.laneScores(shares, T, S, D, B, q + part, step, k + part, step, factor, room);
    wasm.laneSoftmax(shares, T, S, B, call.lens, call.causal ? 1 : 0);
    const [y, v] = [call.y + valuePart, call.v + valuePart];
    wasm.laneMix(y, valueStep, T, S, V, B, shares, row, column, v, valueStep, 1, room);
  });
}

export function attentionBackward({ wasm, scratch }: Machine, call: AttentionBackwardCall): void {
  const { T, S, B, q, k, dq, dk, dv } = call;
  const { D, V, step, valueStep, row, column, factor } = shapeOf(call);
  const { ds, room } = scratch({ ds: T * S * B, room: roomFloats(call, Math.max(D, V)) });
  eachHead(call, ({ shares, part, valuePart }) => {
    const [dy, v] = [call.dy + valuePart, call.v + valuePart];
    if (dv) wasm.laneMix(dv + valuePart, valueStep, S, T, V, B, shares, column, row, dy, valueStep, 1, room);
    wasm.laneScores(ds, T, S, V, B, dy, valueStep, v, valueStep, 1, room);
    wasm.laneSoftmaxBackward(shares, ds, T, S, B);
    if (dq) wasm.laneMix(dq + part, step, T, S, D, B, ds, row, column, k + part, step, factor, room);
    if (dk) wasm.laneMix(dk + part, step, S, T, D, B, ds, column, row, q + part, step, factor, room);
  });
}
