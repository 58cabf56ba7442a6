// Cells with what ONNX lets a node change of them: other activations, clip, peepholes, input_forget. The same rows
// as in cells.as.ts, which runs the usual ones; units that pad a state may take any value here, and nobody reads them.

import { activate } from './activate.as';

// The changes as words in memory, see describeChanges in recurrentLayer.ts.
const CLIP: usize = 0; // f32: bounds what goes into a gate's activation, infinity for no bounds
const INPUT_FORGET: usize = 4; // i32
const PEEPHOLES: usize = 8; // f32[3 * padded] of i o f, or 0
const FUNCTIONS: usize = 12; // as many as the cell has, each its number, alpha and beta

/** The node's function of that position. */
function activated(changes: usize, position: usize, v: v128): v128 {
  const f = changes + FUNCTIONS + position * 12;
  return activate(load<i32>(f), v, v128.load_splat<f32>(f, 4), v128.load_splat<f32>(f, 8));
}

function gated(changes: usize, position: usize, v: v128): v128 {
  const clip = v128.load_splat<f32>(changes, CLIP);
  return activated(changes, position, f32x4.min(clip, f32x4.max(f32x4.neg(clip), v)));
}

// @ts-ignore: decorator
@inline
function sum(xg: usize, hg: usize): v128 {
  return f32x4.add(v128.load(xg), v128.load(hg));
}

// @ts-ignore: decorator
@inline
function mix(z: v128, before: v128, fresh: v128): v128 {
  return f32x4.add(fresh, f32x4.mul(z, f32x4.sub(before, fresh)));
}

/** @param cell as in recurrent.as.ts; a GRU that resets first has been through changedGates */
export function changedCell(
  changes: usize, cell: i32, xg: usize, hg: usize, h: usize, c: usize, padded: usize,
): void {
  if (cell == 2) changedLstm(changes, xg, hg, h, c, padded << 2);
  else if (cell >= 3) changedGru(changes, cell == 4, xg, hg, h, padded << 2);
  else {
    for (const end = h + (padded << 2); h < end; h += 16) {
      v128.store(h, gated(changes, 0, sum(xg, hg)));
      xg += 16;
      hg += 16;
    }
  }
}

function changedLstm(changes: usize, xg: usize, hg: usize, h: usize, c: usize, bytes: usize): void {
  const coupled = load<i32>(changes, INPUT_FORGET) != 0;
  const peepholes = load<usize>(changes, PEEPHOLES);
  for (let at: usize = 0; at < bytes; at += 16) {
    const x = xg + at;
    const y = hg + at;
    const before = v128.load(c + at);
    let i = sum(x, y);
    if (peepholes) i = f32x4.add(i, f32x4.mul(v128.load(peepholes + at), before));
    i = gated(changes, 0, i);
    let f: v128;
    if (coupled) f = f32x4.sub(f32x4.splat(1), i);
    else {
      f = sum(x + 2 * bytes, y + 2 * bytes);
      if (peepholes) f = f32x4.add(f, f32x4.mul(v128.load(peepholes + 2 * bytes + at), before));
      f = gated(changes, 0, f);
    }
    const fresh = gated(changes, 1, sum(x + 3 * bytes, y + 3 * bytes));
    const after = f32x4.add(f32x4.mul(f, before), f32x4.mul(i, fresh));
    v128.store(c + at, after);
    let o = sum(x + bytes, y + bytes);
    if (peepholes) o = f32x4.add(o, f32x4.mul(v128.load(peepholes + bytes + at), after));
    v128.store(h + at, f32x4.mul(gated(changes, 0, o), activated(changes, 2, after)));
  }
}

/** The first half of a GRU that resets the state before its product, as gruGates. */
export function changedGates(
  changes: usize, xg: usize, hg: usize, h: usize, reset: usize, padded: usize,
): void {
  const bytes = padded << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(xg + at, gated(changes, 0, sum(xg + at, hg + at)));
    const r = gated(changes, 0, sum(xg + at + bytes, hg + at + bytes));
    v128.store(reset + at, f32x4.mul(r, v128.load(h + at)));
  }
}

/** @param first z stands in xg, and hg is R (r h); else hg has all three gates */
function changedGru(changes: usize, first: bool, xg: usize, hg: usize, h: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    const x = xg + at;
    const y = hg + at;
    let z = v128.load(x);
    let recurrence = v128.load(y);
    if (!first) {
      z = gated(changes, 0, f32x4.add(z, recurrence));
      recurrence = f32x4.mul(gated(changes, 0, sum(x + bytes, y + bytes)), v128.load(y + 2 * bytes));
    }
    const fresh = gated(changes, 1, f32x4.add(v128.load(x + 2 * bytes), recurrence));
    v128.store(h + at, mix(z, v128.load(h + at), fresh));
  }
}
