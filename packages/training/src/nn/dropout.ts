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
  // Two rows share a hash, 16 bits each: drawing was a twentieth of a step when every element had its own.
  const threshold = Math.round(rate * 2 ** 16);
  const rows = x.length / lanes;
  for (let row = 0; row < rows; row += 2) {
    const place = Math.imul(row + 1, 0x9e3779b9);
    const upper = row * lanes;
    const lower = row + 1 < rows ? upper + lanes : -1;
    for (let lane = 0; lane < lanes; lane++) {
      let hash = keys[lane]! ^ place;
      hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
      hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
      hash ^= hash >>> 16;
      const i = upper + lane;
      const kept = (hash & 0xffff) < threshold ? 0 : x[i]! * scale;
      out[i] = accumulate ? out[i]! + kept : kept;
      if (lower < 0) continue;
      const j = lower + lane;
      const keptToo = hash >>> 16 < threshold ? 0 : x[j]! * scale;
      out[j] = accumulate ? out[j]! + keptToo : keptToo;
    }
  }
}
