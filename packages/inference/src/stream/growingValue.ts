/** The numbers of a value over all steps so far, and from which step on they differ from what they were. */
export class GrowingValue {
  /** Numbers of a step. */
  readonly width: number;
  #data: Float32Array;
  #steps = 0;

  constructor(width: number) {
    this.width = width;
    this.#data = new Float32Array(64 * width);
  }

  get steps(): number {
    return this.#steps;
  }

  /** [to - from, width], a view until the next write. */
  slice(from: number, to: number): Float32Array {
    return this.#data.subarray(from * this.width, to * this.width);
  }

  /**
   * Writes `rows` [n, part] into the columns from `column` on, beginning with step `at`.
   * @returns the first step that is new or other than it was; `at + n` when none is
   */
  write(rows: Float32Array, at: number, column = 0, part = this.width): number {
    const n = rows.length / part;
    this.#reach(at + n);
    const { width } = this;
    // Bits: a state that is -0 where it was 0 is another one.
    const old = new Int32Array(this.#data.buffer, this.#data.byteOffset);
    const bits = new Int32Array(rows.buffer, rows.byteOffset, rows.length);
    const had = Math.min(n, this.#steps - at);
    let first = at + Math.max(0, had);
    search: for (let t = 0; t < had; t++) {
      const from = (at + t) * width + column;
      for (let j = 0; j < part; j++) {
        if (old[from + j] === bits[t * part + j]) continue;
        first = at + t;
        break search;
      }
    }
    const changed = first - at;
    if (part === width) {
      this.#data.set(rows.subarray(changed * part), first * width);
    } else {
      for (let t = changed; t < n; t++) {
        const to = (at + t) * width + column;
        for (let j = 0; j < part; j++) old[to + j] = bits[t * part + j]!;
      }
    }
    return first;
  }

  /** Steps up to here are complete in all columns. */
  complete(steps: number): void {
    this.#steps = steps;
  }

  #reach(steps: number): void {
    if (steps * this.width <= this.#data.length) return;
    const wider = new Float32Array(Math.max(steps * this.width, this.#data.length * 2));
    wider.set(this.#data);
    this.#data = wider;
  }
}
