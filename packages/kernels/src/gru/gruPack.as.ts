// Weights of a GRU brought into the order in which its kernels read them.

import { packPanel } from '../gemm/pack.as';

/**
 * One panel per hidden unit, `[1 + input + hidden][4]`. Row 0 is the biases: z and r with W's and R's added, then
 * W's and R's of h, which the reset gate keeps apart. The other rows are the weights of z, r, h and a zero.
 */
export function gruPack(panels: usize, w: usize, r: usize, b: usize, input: i32, hidden: i32): void {
  const gate = <usize>hidden << 2;
  for (let j = 0; j < hidden; j++) {
    const wb = b + (<usize>j << 2);
    const rb = wb + 3 * gate;
    store<f32>(panels, load<f32>(wb) + load<f32>(rb));
    store<f32>(panels, load<f32>(wb + gate) + load<f32>(rb + gate), 4);
    store<f32>(panels, load<f32>(wb + 2 * gate), 8);
    store<f32>(panels, load<f32>(rb + 2 * gate), 12);
    panels += 16;
    packPanel(panels, w + (<usize>(j * input) << 2), input, hidden * input, 1, 3);
    panels += <usize>input << 4;
    packPanel(panels, r + (<usize>(j * hidden) << 2), hidden, hidden * hidden, 1, 3);
    panels += <usize>hidden << 4;
  }
}

/** W^T as ceil(input/4) panels `[3H][4]` whose rows stand in the order h, z, r of the cached gates. */
export function gruPackInputGrad(panels: usize, w: usize, input: i32, hidden: i32): void {
  const candidate = w + (<usize>(2 * hidden * input) << 2);
  for (let k = 0; k < input; k += 4) {
    const rows = min(4, input - k);
    packPanel(panels, candidate + (<usize>k << 2), hidden, 1, input, rows);
    panels += <usize>hidden << 4;
    packPanel(panels, w + (<usize>k << 2), 2 * hidden, 1, input, rows);
    panels += <usize>hidden << 5;
  }
}
