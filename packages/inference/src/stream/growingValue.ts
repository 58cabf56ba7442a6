/** The numbers of a value over all steps so far, and from which step on they differ from what they were. */
import type { AnyTensor } from '../engine/engine.ts';

export type Numbers = AnyTensor['data'];

type Words = Int32Array | Int16Array | Uint16Array | Int8Array | Uint8Array;

export class GrowingValue<D extends Numbers = Float32Array> {
  /** Numbers of a step. */
  readonly width: number;
  #data: D;
  #steps = 0;

  /** @param like an array of the same type of numbers */
  constructor(width: number, like: D) {
    this.width = width;
    this.#data = madeLike(like, 64 * width);
  }

  get steps(): number {
    return this.#steps;
  }

  /** [to - from, width], a view until the next write. */
  slice(from: number, to: number): D {
    return this.#data.subarray(from * this.width, to * this.width) as D;
  }

  /**
   * Writes `rows` [n, part] into the columns from `column` on, beginning with step `at`.
   * @returns the first step that is new or other than it was; `at + n` when none is
   */
  write(rows: D, at: number, column = 0, part = this.width): number {
    const n = rows.length / part;
    this.#reach(at + n);
    // Words, not numbers: a state that is -0 where it was 0 is another one, and a NaN is itself.
    const per = Math.max(1, rows.BYTES_PER_ELEMENT / 4);
    const old = wordsOf(this.#data);
    const words = wordsOf(rows);
    const [stride, run] = [this.width * per, part * per];
    const had = Math.min(n, this.#steps - at);
    let same = 0;
    search: for (; same < had; same++) {
      const from = (at + same) * stride + column * per;
      for (let j = 0; j < run; j++) if (old[from + j] !== words[same * run + j]) break search;
    }
    for (let t = same; t < n; t++) {
      const to = (at + t) * stride + column * per;
      for (let j = 0; j < run; j++) old[to + j] = words[t * run + j]!;
    }
    return at + same;
  }

  /** Steps up to here are complete in all columns. */
  complete(steps: number): void {
    this.#steps = steps;
  }

  #reach(steps: number): void {
    if (steps * this.width <= this.#data.length) return;
    const wider = madeLike(this.#data, Math.max(steps * this.width, this.#data.length * 2));
    wider.set(this.#data as never);
    this.#data = wider;
  }
}

const madeLike = <D extends Numbers>(like: D, size: number): D =>
  new (like.constructor as new (size: number) => D)(size);

/** Its bits, four bytes each; smaller integers as they are. */
export function wordsOf(numbers: Numbers): Words {
  const { buffer, byteOffset, byteLength, BYTES_PER_ELEMENT } = numbers;
  return BYTES_PER_ELEMENT < 4 ? (numbers as Words) : new Int32Array(buffer, byteOffset, byteLength / 4);
}
