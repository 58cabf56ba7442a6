// Weights of a GRU brought into the order in which its kernels read them.

import { packPanel } from '../gemm/pack.as';

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
