/** What this process holds on after everything that nobody reaches was collected. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** @returns bytes of JavaScript objects, of typed arrays, and of WebAssembly's memories */
export async function heldBytes(): Promise<number> {
  let held = Number.POSITIVE_INFINITY;
  // Buffers that are collected go back a while later, and a file's bytes once they are hashed: until nothing more goes.
  for (let same = 0; same < 4; ) {
    await new Promise((resolve) => setTimeout(resolve, 80));
    collect();
    const { heapUsed, external } = process.memoryUsage();
    same = heapUsed + external < held - 1000 ? 0 : same + 1;
    held = Math.min(held, heapUsed + external);
  }
  return held;
}
