// The cells of models whose activations have 7 bits: gates within 6e-5, a hundredth of what rounding to 7 bits changes,
// in half the time of cells.as.ts. Only the four operations: the same bits in both binaries. math/quickGates.as.ts has
// their formula. Products of gates take one division.
//
// Constants are locals and few: what counts is how many vectors the processor must keep until a chain ends.

import { clamp, constant, dividend, divisor } from '../math/quickGates.as';

// @ts-ignore: decorator
@inline
function gate(xg: usize, hg: usize): v128 {
  return f32x4.add(v128.load(xg), v128.load(hg));
}

/** i o f c: c' = f c + i tanh(c~), h = o tanh(c'). */
export function quickLstmCell(xg: usize, hg: usize, h: usize, c: usize, padded: usize): void {
  const bytes = padded << 2;
  const p0 = constant(0);
  const p1 = constant(1);
  const p2 = constant(2);
  const q0 = constant(3);
  const q1 = constant(4);
  const high = constant(5);
  const low = constant(6);
  const half = constant(7);
  for (let at: usize = 0; at < bytes; at += 16) {
    const x = xg + at;
    const y = hg + at;
    const f = clamp(f32x4.mul(gate(x + 2 * bytes, y + 2 * bytes), half), low, high);
    const fSquare = f32x4.mul(f, f);
    const fQ = divisor(fSquare, q0, q1);
    const open = f32x4.add(fQ, dividend(f, fSquare, p0, p1, p2));
    const kept = f32x4.div(f32x4.mul(v128.load(c + at), open), fQ);
    const fresh = gated(gate(x, y), gate(x + 3 * bytes, y + 3 * bytes), p0, p1, p2, q0, q1, low, high, half);
    v128.store(c + at, f32x4.mul(half, f32x4.add(kept, fresh)));
  }
  for (let at: usize = 0; at < bytes; at += 16) {
    const output = gate(xg + at + bytes, hg + at + bytes);
    const twice = gated(output, v128.load(c + at), p0, p1, p2, q0, q1, low, high, half);
    v128.store(h + at, f32x4.mul(half, twice));
  }
}

/** 2 sigmoid(x) tanh(y) */
// @ts-ignore: decorator
@inline
function gated(
  x: v128, y: v128, p0: v128, p1: v128, p2: v128, q0: v128, q1: v128, low: v128, high: v128, half: v128,
): v128 {
  x = clamp(f32x4.mul(x, half), low, high);
  y = clamp(y, low, high);
  const xSquare = f32x4.mul(x, x);
  const ySquare = f32x4.mul(y, y);
  const xQ = divisor(xSquare, q0, q1);
  const open = f32x4.add(xQ, dividend(x, xSquare, p0, p1, p2));
  return f32x4.div(
    f32x4.mul(open, dividend(y, ySquare, p0, p1, p2)),
    f32x4.mul(xQ, divisor(ySquare, q0, q1)),
  );
}

/** z r h with linear_before_reset: n = tanh(x + r (R h + b)), h = n + z (h - n). Overwrites hg. */
export function quickGruCell(xg: usize, hg: usize, h: usize, padded: usize): void {
  const bytes = padded << 2;
  const p0 = constant(0);
  const p1 = constant(1);
  const p2 = constant(2);
  const q0 = constant(3);
  const q1 = constant(4);
  const high = constant(5);
  const low = constant(6);
  const half = constant(7);
  for (let at: usize = 0; at < bytes; at += 16) {
    const y = hg + at;
    const r = clamp(f32x4.mul(gate(xg + at + bytes, y + bytes), half), low, high);
    const square = f32x4.mul(r, r);
    const rQ = divisor(square, q0, q1);
    const open = f32x4.add(rQ, dividend(r, square, p0, p1, p2));
    const reset = f32x4.div(f32x4.mul(v128.load(y + 2 * bytes), open), rQ);
    v128.store(y + 2 * bytes, f32x4.add(v128.load(xg + at + 2 * bytes), f32x4.mul(half, reset)));
  }
  for (let at: usize = 0; at < bytes; at += 16) {
    const n = clamp(v128.load(hg + at + 2 * bytes), low, high);
    const nSquare = f32x4.mul(n, n);
    const fresh = f32x4.div(dividend(n, nSquare, p0, p1, p2), divisor(nSquare, q0, q1));
    const z = clamp(f32x4.mul(gate(xg + at, hg + at), half), low, high);
    const zSquare = f32x4.mul(z, z);
    const zQ = divisor(zSquare, q0, q1);
    const open = f32x4.add(zQ, dividend(z, zSquare, p0, p1, p2));
    const old = f32x4.div(f32x4.mul(f32x4.sub(v128.load(h + at), fresh), open), zQ);
    v128.store(h + at, f32x4.add(fresh, f32x4.mul(half, old)));
  }
}
