/**
 * Room for the results of small networks. An array with a buffer of its own takes 0.3 us to make and to collect again,
 * a third of a step of 64 units; a view of a buffer that many share takes a tenth of that. Nothing is ever written
 * twice, so a result stays what it is.
 */

/** What a result that is kept for long keeps with it at most. Making and sealing it is felt below this size. */
const SLAB_BYTES = 32 * 1024;
/** Larger results have buffers of their own, floats. */
const MOST = 256;

let slab = new ArrayBuffer(0);
let taken = 0;
let seal: ((buffer: ArrayBuffer) => void) | undefined;

/**
 * For platforms where results reach the caller as they are: whoever transfers the buffer of one to another thread would
 * empty the others, so it must be refused.
 */
export function sealResults(refuseTransfer: (buffer: ArrayBuffer) => void): void {
  seal = refuseTransfer;
}

/** @returns a copy */
export function smallResult(from: Float32Array): Float32Array {
  const count = from.length;
  if (count > MOST) return from.slice();
  const bytes = count * 4;
  if (taken + bytes > slab.byteLength) {
    slab = new ArrayBuffer(SLAB_BYTES);
    seal?.(slab);
    taken = 0;
  }
  const result = new Float32Array(slab, taken, count);
  result.set(from);
  taken += bytes;
  return result;
}
