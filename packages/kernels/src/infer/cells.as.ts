// What a cell does with its gates once they are summed, for one sequence: everything here is elementwise over
// `padded` hidden units, a multiple of 4. Units that do not exist have zero gates and stay zero.
// xg and hg are the gates' two halves, from the input (with biases) and from the state, ONNX order.

import { gatedTanh, mulAdd, sigmoid, sigmoidDivisor, tanh } from './gates.as';

// @ts-ignore: decorator
@inline
function gate(xg: usize, hg: usize): v128 {
  return f32x4.add(v128.load(xg), v128.load(hg));
}

// LSTM and GRU take two loops: in one, the second exponential waits for the first longer than a processor looks ahead.

/** i o f c: c' = f c + i tanh(c~), h = o tanh(c'). */
export function lstmCell(xg: usize, hg: usize, h: usize, c: usize, padded: usize): void {
  const bytes = padded << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    const x = xg + at;
    const y = hg + at;
    const kept = f32x4.div(v128.load(c + at), sigmoidDivisor(gate(x + 2 * bytes, y + 2 * bytes)));
    v128.store(c + at, f32x4.add(kept, gatedTanh(gate(x, y), gate(x + 3 * bytes, y + 3 * bytes))));
  }
  for (let at: usize = 0; at < bytes; at += 16) {
    const output = gate(xg + at + bytes, hg + at + bytes);
    v128.store(h + at, gatedTanh(output, v128.load(c + at)));
  }
}

/** z r h with linear_before_reset: n = tanh(x + r (R h + b)), h = n + z (h - n). Overwrites hg. */
export function gruCell(xg: usize, hg: usize, h: usize, padded: usize): void {
  const bytes = padded << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    const x = xg + at;
    const y = hg + at;
    const reset = f32x4.div(v128.load(y + 2 * bytes), sigmoidDivisor(gate(x + bytes, y + bytes)));
    v128.store(y + 2 * bytes, f32x4.add(v128.load(x + 2 * bytes), reset));
  }
  for (let at: usize = 0; at < bytes; at += 16) {
    const fresh = tanh(v128.load(hg + at + 2 * bytes));
    const old = f32x4.sub(v128.load(h + at), fresh);
    v128.store(h + at, f32x4.add(fresh, f32x4.div(old, sigmoidDivisor(gate(xg + at, hg + at)))));
  }
}

/** The first half of a GRU that resets the state before its product: reset = r h, and z over xg's z. */
export function gruGates(xg: usize, hg: usize, h: usize, reset: usize, padded: usize): void {
  const bytes = padded << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(xg + at, sigmoid(gate(xg + at, hg + at)));
    const r = sigmoid(gate(xg + at + bytes, hg + at + bytes));
    v128.store(reset + at, f32x4.mul(r, v128.load(h + at)));
  }
}

/** The second half: hg is R (r h). */
export function gruOutput(xg: usize, hg: usize, h: usize, padded: usize): void {
  const bytes = padded << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    const fresh = tanh(gate(xg + at + 2 * bytes, hg + at));
    const update = v128.load(xg + at);
    v128.store(h + at, mulAdd(update, f32x4.sub(v128.load(h + at), fresh), fresh));
  }
}

export function rnnCell(xg: usize, hg: usize, h: usize, padded: usize, relu: bool): void {
  const bytes = padded << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    const sum = gate(xg + at, hg + at);
    v128.store(h + at, relu ? f32x4.max(sum, f32x4.splat(0)) : tanh(sum));
  }
}
