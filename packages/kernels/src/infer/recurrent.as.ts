// A whole sequence through one direction of a recurrent layer: the input's product for a block of steps at once
// (a GEMM reads each weight once for many steps), then the steps one by one.
//
// Slower, measured: both directions in one loop (their weights push each other out of the first-level cache, 2 to 3 %),
// and an LSTM's cell at the end of each group of its product instead of a loop of its own (4 %).

import { gruCell, gruGates, gruOutput, lstmCell, rnnCell } from './cells.as';
import { changedCell, changedGates } from './changedCells.as';
import { OUTPUTS } from './matrix.as';
import { multiply } from './multiply.as';
import { quickGruCell, quickLstmCell } from './quickCells.as';

// The layer as words in memory, so that a call passes one pointer. See RecurrentLayer in recurrentLayer.ts.
// 0 RNN tanh, 1 RNN relu, 2 LSTM, 3 GRU linear_before_reset, 4 GRU reset before; 5, 6: 2 and 3 by quickCells
const CELL: usize = 0;
const STEPS: usize = 4; // T
const BATCH: usize = 8; // B
const INPUT: usize = 12; // I
const HIDDEN: usize = 16; // H
const PADDED: usize = 20; // H rounded up to 4
const REVERSE: usize = 24;
const BLOCK: usize = 28; // steps whose input products are made at once
const X: usize = 32; // [T, B, I]
const W: usize = 36; // matrix, gates of PADDED rows
const R: usize = 40; // matrix; for cell 4 the z and r gates only
const RH: usize = 44; // matrix of the h gate for cell 4
const BIAS: usize = 48; // f32[gates * PADDED rounded up to 8], what goes to the input's half
const STATE_BIAS: usize = 52; // the same for the state's half, or 0
const LENGTHS: usize = 56; // i32[B] or 0
const H: usize = 60; // [B, PADDED] state
const C: usize = 64; // [B, PADDED] LSTM's cell state
const Y: usize = 68; // output of this direction, or 0
const Y_STEP: usize = 72; // bytes from one step to the next
const Y_ROW: usize = 76; // bytes from one sequence to the next
const XG: usize = 80; // f32[BLOCK, B, gates * PADDED]
const HG: usize = 84; // f32[B, gates * PADDED]
const RESET: usize = 88; // f32[B, PADDED] for cell 4
const SCRATCH: usize = 92; // for multiply of max(BLOCK, 1) * B rows
const H0: usize = 96; // [B, H] initial state, or 0 for zeros
const C0: usize = 100;
const HN: usize = 104; // [B, H] final state, or 0
const CN: usize = 108;
const CHANGES: usize = 112; // see changedCells.as.ts, or 0

export function recurrent(layer: usize): void {
  const T = load<i32>(layer, STEPS);
  const B = load<i32>(layer, BATCH);
  const row = load<i32>(layer, INPUT) << 2;
  const block = load<i32>(layer, BLOCK);
  const reverse = load<i32>(layer, REVERSE) != 0;
  const x = load<usize>(layer, X);
  const w = load<usize>(layer, W);
  const xg = load<usize>(layer, XG);
  const gates = <usize>load<i32>(w, OUTPUTS) << 2;
  const cells = load<usize>(layer, C);
  loadState(layer, load<usize>(layer, H), load<usize>(layer, H0));
  if (cells) loadState(layer, cells, load<usize>(layer, C0));
  for (let done = 0; done < T; done += block) {
    const steps = min(block, T - done);
    const first = reverse ? T - done - steps : done;
    multiply(
      w, x + <usize>(first * B * row), row, steps * B, xg, gates, load<usize>(layer, BIAS),
      load<usize>(layer, SCRATCH),
    );
    for (let s = 0; s < steps; s++) {
      const at = reverse ? steps - 1 - s : s;
      step(layer, first + at, xg + <usize>(at * B) * gates, gates);
    }
  }
  saveState(layer, load<usize>(layer, H), load<usize>(layer, HN));
  if (cells) saveState(layer, cells, load<usize>(layer, CN));
}

/** [B, H] to the padded rows of a state. Units that pad it are zero. */
function loadState(layer: usize, state: usize, from: usize): void {
  const hidden = load<i32>(layer, HIDDEN);
  const row = <usize>load<i32>(layer, PADDED) << 2;
  const end = state + row * <usize>load<i32>(layer, BATCH);
  for (let at = state; at < end; at += 16) v128.store(at, i32x4.splat(0));
  if (!from) return;
  for (; state < end; state += row) {
    copyUnits(state, from, hidden);
    from += <usize>hidden << 2;
  }
}

function saveState(layer: usize, state: usize, to: usize): void {
  if (!to) return;
  const hidden = load<i32>(layer, HIDDEN);
  const row = <usize>load<i32>(layer, PADDED) << 2;
  const end = state + row * <usize>load<i32>(layer, BATCH);
  for (; state < end; state += row) {
    copyUnits(to, state, hidden);
    to += <usize>hidden << 2;
  }
}

function step(layer: usize, t: i32, xg: usize, gates: usize): void {
  const B = load<i32>(layer, BATCH);
  const cell = load<i32>(layer, CELL);
  const padded = <usize>load<i32>(layer, PADDED);
  const hidden = load<i32>(layer, HIDDEN);
  const lengths = load<usize>(layer, LENGTHS);
  const hg = load<usize>(layer, HG);
  const r = load<usize>(layer, R);
  const scratch = load<usize>(layer, SCRATCH);
  const row = padded << 2;
  const state = load<usize>(layer, H);
  multiply(r, state, row, B, hg, <usize>load<i32>(r, OUTPUTS) << 2, load<usize>(layer, STATE_BIAS), scratch);
  if (cell == 4) resetGates(layer, xg, gates);

  const changes = load<usize>(layer, CHANGES);
  const stateStep = <usize>load<i32>(cell == 4 ? load<usize>(layer, RH) : r, OUTPUTS) << 2;
  const y = load<usize>(layer, Y);
  const to = y + <usize>t * load<usize>(layer, Y_STEP);
  for (let b = 0; b < B; b++) {
    const h = state + <usize>b * row;
    const out = to + <usize>b * load<usize>(layer, Y_ROW);
    // Past its end a sequence keeps its state and shows zeros; in reverse it thereby starts at its last step.
    if (lengths && t >= load<i32>(lengths + (<usize>b << 2))) {
      if (y) memory.fill(out, 0, <usize>hidden << 2);
      continue;
    }
    const input = xg + <usize>b * gates;
    const recurrence = hg + <usize>b * stateStep;
    if (changes) {
      changedCell(changes, cell, input, recurrence, h, load<usize>(layer, C) + <usize>b * row, padded);
    } else if (cell == 2) lstmCell(input, recurrence, h, load<usize>(layer, C) + <usize>b * row, padded);
    else if (cell == 3) gruCell(input, recurrence, h, padded);
    else if (cell == 5) quickLstmCell(input, recurrence, h, load<usize>(layer, C) + <usize>b * row, padded);
    else if (cell == 6) quickGruCell(input, recurrence, h, padded);
    else if (cell == 4) gruOutput(input, recurrence, h, padded);
    else rnnCell(input, recurrence, h, padded, cell == 1);
    if (y) copyUnits(out, h, hidden);
  }
}

/** z and r of every sequence, then the product of the reset state in place of the first product. */
function resetGates(layer: usize, xg: usize, gates: usize): void {
  const B = load<i32>(layer, BATCH);
  const padded = <usize>load<i32>(layer, PADDED);
  const row = padded << 2;
  const hg = load<usize>(layer, HG);
  const reset = load<usize>(layer, RESET);
  const state = load<usize>(layer, H);
  const changes = load<usize>(layer, CHANGES);
  for (let b: usize = 0; b < <usize>B; b++) {
    const input = xg + b * gates;
    const recurrence = hg + b * 2 * row;
    if (changes) changedGates(changes, input, recurrence, state + b * row, reset + b * row, padded);
    else gruGates(input, recurrence, state + b * row, reset + b * row, padded);
  }
  multiply(load<usize>(layer, RH), reset, row, B, hg, row, 0, load<usize>(layer, SCRATCH));
}

/** memory.copy is a call out of the module, which costs more than the sixteen moves of 64 units. */
// @ts-ignore: decorator
@inline
function copyUnits(to: usize, from: usize, units: i32): void {
  let i = 0;
  for (; i + 4 <= units; i += 4) v128.store(to + (<usize>i << 2), v128.load(from + (<usize>i << 2)));
  for (; i < units; i++) store<f32>(to + (<usize>i << 2), load<f32>(from + (<usize>i << 2)));
}
