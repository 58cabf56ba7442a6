/** How often a tensor takes which values: what its range is chosen from. It grows with what it meets. */

/** On each side of zero. At most half of them lie beyond the largest value: 16 a level of 8 bits at the least. */
const BINS = 4096;

export class ValueHistogram {
  /** Bins are over [-reach, reach), a power of two. */
  #reach = 2 ** -20;
  #counts = new Float64Array(2 * BINS);
  #sums = new Float64Array(2 * BINS);
  count = 0;
  /** 0 where nothing is below, or above. */
  least = 0;
  most = 0;

  /** @param value finite */
  add(value: number): void {
    while (Math.abs(value) >= this.#reach) this.#widen();
    const bin = BINS + Math.floor((value / this.#reach) * BINS);
    this.#counts[bin]!++;
    this.#sums[bin]! += value;
    this.count++;
    this.least = Math.min(this.least, value);
    this.most = Math.max(this.most, value);
  }

  /** Mean and number of the values of each bin that has any, from the lowest on. */
  *bins(): Generator<readonly [mean: number, count: number]> {
    for (let bin = 0; bin < 2 * BINS; bin++) {
      const count = this.#counts[bin]!;
      if (count > 0) yield [this.#sums[bin]! / count, count];
    }
  }

  /** Neighbours become one. */
  #widen(): void {
    const halved = (bins: Float64Array): Float64Array<ArrayBuffer> => {
      const out = new Float64Array(2 * BINS);
      for (let bin = 0; bin < 2 * BINS; bin++) out[(bin + BINS) >> 1]! += bins[bin]!;
      return out;
    };
    this.#counts = halved(this.#counts);
    this.#sums = halved(this.#sums);
    this.#reach *= 2;
  }
}
