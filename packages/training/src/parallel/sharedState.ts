/** The memory of a run's threads. */
import { BARRIER_WORDS } from './barrier.ts';
import { GATE_WORDS } from './gate.ts';
import type { SharedState } from './protocol.ts';

/**
 * @param floats of the network's flat vector
 * @param Buffer what a lone thread on a page that is not isolated has instead of SharedArrayBuffer
 */
export function createSharedState(
  floats: number,
  threads: number,
  Buffer: new (bytes: number) => ArrayBufferLike = SharedArrayBuffer,
): SharedState {
  const vector = (): ArrayBufferLike => new Buffer(floats * 4);
  return {
    weights: vector(),
    m: vector(),
    v: vector(),
    average: vector(),
    gradients: Array.from({ length: threads }, vector),
    sums: new Buffer(threads * 3 * 8),
    barrier: new Buffer(BARRIER_WORDS * 4),
    gate: new Buffer(GATE_WORDS * 4),
  };
}
