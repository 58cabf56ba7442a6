// The element-wise part of an LSTM step's gradient. The products around it, to h, to x and to the weights, are all
// gemm's; lstmTrain.ts calls them in turn.

import { liveLanes } from '../math/lanes.as';

/**
 * Turns the cached activations of one step into gradients of its pre-activations, in place.
 *
 * gates [4][H][B] in: i, o, f, c as cached by lstmGates; out: the gradients before the activations.
 * dh [H][B] in: gradient from the step after; out: what passes this step by (lanes beyond their length), ready
 * for R^T times the gates to be added. dc [H][B] in: gradient from the step after; out: for the step before.
 */
export function lstmStepBackward(
  t: i32,
  B: i32,
  hidden: i32,
  lens: usize,
  gates: usize,
  tc: usize,
  c0: usize,
  dy: usize,
  dh: usize,
  dc: usize,
): void {
  const row = <usize>B << 2;
  const gate = <usize>hidden * row;
  const one = f32x4.splat(1);
  const now = i32x4.splat(t);
  let at: usize = 0;
  for (let j = 0; j < hidden; j++) {
    for (let lane: usize = 0; lane < row; lane += 16, at += 16) {
      const live = liveLanes(lens, lane, now);
      const from = v128.load(dh + at);
      const carried = v128.load(dc + at);
      const total = f32x4.add(from, v128.load(dy + at));
      const i = v128.load(gates + at);
      const o = v128.load(gates + gate + at);
      const f = v128.load(gates + 2 * gate + at);
      const g = v128.load(gates + 3 * gate + at);
      const squashed = v128.load(tc + at);

      const through = f32x4.mul(total, o);
      const cell = f32x4.add(
        carried,
        f32x4.mul(through, f32x4.sub(one, f32x4.mul(squashed, squashed))),
      );
      const di = f32x4.mul(f32x4.mul(cell, g), f32x4.mul(i, f32x4.sub(one, i)));
      const dOut = f32x4.mul(f32x4.mul(through, squashed), f32x4.sub(one, o));
      const df = f32x4.mul(f32x4.mul(cell, v128.load(c0 + at)), f32x4.mul(f, f32x4.sub(one, f)));
      const dg = f32x4.mul(f32x4.mul(cell, i), f32x4.sub(one, f32x4.mul(g, g)));

      v128.store(gates + at, v128.and(di, live));
      v128.store(gates + gate + at, v128.and(dOut, live));
      v128.store(gates + 2 * gate + at, v128.and(df, live));
      v128.store(gates + 3 * gate + at, v128.and(dg, live));
      v128.store(dh + at, v128.andnot(from, live));
      v128.store(dc + at, v128.bitselect(f32x4.mul(cell, f), carried, live));
    }
  }
}
