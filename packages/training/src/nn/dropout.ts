/**
 * Dropout whose mask is a function of (key of the lane, position): nothing is stored for the way back, and a
 * sample loses the same units however the batch is cut into shards.
 */

/**
 * out = x * mask / (1 - rate), or out += that.
 * @param x [steps * features][lanes]
 * @param keys [lanes] one random word a lane
 */
export function dropout(
  x: Float32Array,
  out: Float32Array,
  keys: Int32Array,
  rate: number,
  accumulate: boolean,
): void {
  const lanes = keys.length;
  const scale = 1 / (1 - rate);
  // The hash is compared as a signed word, which spares a conversion in the inner loop.
  const threshold = Math.floor(rate * 2 ** 32) - 2 ** 31;
  const rows = x.length / lanes;
  for (let row = 0, i = 0; row < rows; row++) {
    const place = Math.imul(row + 1, 0x9e3779b9);
    for (let lane = 0; lane < lanes; lane++, i++) {
      let hash = keys[lane]! ^ place;
      hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
      hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
      hash ^= hash >>> 16;
      const kept = hash < threshold ? 0 : x[i]! * scale;
      out[i] = accumulate ? out[i]! + kept : kept;
    }
  }
}
