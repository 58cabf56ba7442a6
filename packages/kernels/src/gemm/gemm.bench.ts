/** The speed of gemm alone, GFLOP/s: what the whole can at best come near. */
import { instantiate } from '../binary/instantiate.ts';
import { Machine } from '../machine.ts';
import type { TrainExports } from '../trainExports.ts';
import type { Variant } from '../trainTypes.ts';

export async function benchGemm(variant: Variant, M: number, K: number, B: number): Promise<number> {
  const { exports: wasm } = await instantiate<TrainExports>(
    {
      plain: new URL('../../build/train.plain.wasm', import.meta.url),
      relaxed: new URL('../../build/train.relaxed.wasm', import.meta.url),
    },
    variant,
  );
  const machine = new Machine(wasm);
  const panels = machine.alloc(4 * Math.ceil(M / 4) * K);
  const x = machine.alloc(K * B);
  const y = machine.alloc(M * B);
  const flop = 2 * M * K * B;
  const calls = Math.ceil(5e7 / flop);
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 12; round++) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) wasm.gemm(panels, M, K, x, 4 * B, B / 8, y, 4 * B, 0, 0);
    best = Math.min(best, performance.now() - start);
  }
  return (calls * flop) / best / 1e6;
}
