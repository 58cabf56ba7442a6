/**
 * The batches of an epoch: samples shuffled, sorted by length within windows of some batches so that little
 * of a batch is padding, and the batches shuffled again so that short and long ones alternate.
 */
import type { Random } from '../random.ts';

/**
 * @param random the generator of this epoch; the same one gives the same batches
 * @param buckets batches a window has; 1 leaves the samples unsorted
 */
export function epochBatches(
  lengths: Int32Array,
  batch: number,
  buckets: number,
  random: Random,
): Int32Array[] {
  const order = random.derive('samples').shuffle(Int32Array.from(lengths, (_, i) => i));
  const window = batch * buckets;
  const batches: Int32Array[] = [];
  for (let start = 0; start < order.length; start += window) {
    const part = order.subarray(start, start + window);
    // TypedArray.sort is stable: equal lengths keep the shuffled order.
    if (buckets > 1) part.sort((a, b) => lengths[a]! - lengths[b]!);
    for (let at = 0; at < part.length; at += batch) batches.push(part.slice(at, at + batch));
  }
  const places = random.derive('batches').shuffle(Int32Array.from(batches, (_, i) => i));
  return Array.from(places, (place) => batches[place]!);
}

/** One of them may have fewer samples than `batch`. */
export function batchesPerEpoch(samples: number, batch: number): number {
  return Math.ceil(samples / batch);
}

/** Validation samples sorted by length, so that batches hold little padding. */
export function validationBatches(lengths: Int32Array, batch: number): Int32Array[] {
  const order = Int32Array.from(lengths, (_, i) => i).sort((a, b) => lengths[a]! - lengths[b]!);
  const batches: Int32Array[] = [];
  for (let at = 0; at < order.length; at += batch) batches.push(order.slice(at, at + batch));
  return batches;
}
