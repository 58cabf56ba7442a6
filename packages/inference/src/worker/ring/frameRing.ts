/**
 * A ring of frames between two threads, one that writes and one that reads, on memory that both see: no message and
 * no queue, and nothing that either side ever waits for but `written`. A frame is a run of 32-bit words: float32
 * samples, beside the words that say what they are.
 *
 * The memory: words written and words read so far, both counted modulo 2^32, whether the writer is in a loop, then the
 * frames, each behind its length.
 */

const WRITTEN = 0;
const READ = 1;
const LOOP = 2;
const HEADER = 3;

/** A core for each side, or looking for the other's frame would keep it from being written. */
export const canSpin: boolean = (globalThis.navigator?.hardwareConcurrency ?? 1) > 1;

/** @param words that it holds, a power of two */
export function ringMemory(words: number): SharedArrayBuffer {
  return new SharedArrayBuffer(4 * (HEADER + words));
}

export class FrameRing {
  readonly #header: Int32Array;
  readonly #words: Int32Array;
  readonly #mask: number;

  /** @param memory of `ringMemory`; each side makes a ring of its own on it */
  constructor(memory: SharedArrayBuffer) {
    this.#header = new Int32Array(memory, 0, HEADER);
    this.#words = new Int32Array(memory, 4 * HEADER);
    this.#mask = this.#words.length - 1;
  }

  /** The writer's word to the reader that the next frame follows at once: `spin` for it. */
  get loop(): boolean {
    return Atomics.load(this.#header, LOOP) === 1;
  }

  set loop(on: boolean) {
    Atomics.store(this.#header, LOOP, on ? 1 : 0);
  }

  /** Words of the largest frame that can be written now. */
  get room(): number {
    const used = (Atomics.load(this.#header, WRITTEN) - Atomics.load(this.#header, READ)) | 0;
    return this.#words.length - used - 1;
  }

  /**
   * The writer's. Wakes the reader.
   * @param frame its first `length` words are copied
   * @returns false, and nothing is written, where there is no room
   */
  write(frame: Int32Array, length: number): boolean {
    if (length > this.room) return false;
    const at = Atomics.load(this.#header, WRITTEN);
    this.#words[at & this.#mask] = length;
    const start = (at + 1) & this.#mask;
    const first = Math.min(length, this.#words.length - start);
    this.#words.set(frame.subarray(0, first), start);
    if (first < length) this.#words.set(frame.subarray(first, length));
    Atomics.store(this.#header, WRITTEN, (at + 1 + length) | 0);
    Atomics.notify(this.#header, WRITTEN);
    return true;
  }

  /**
   * The reader's.
   * @param into gets the frame, and is as long as the ring
   * @returns its length; -1 where there is none
   */
  read(into: Int32Array): number {
    const at = Atomics.load(this.#header, READ);
    if (at === Atomics.load(this.#header, WRITTEN)) return -1;
    const length = this.#words[at & this.#mask]!;
    const start = (at + 1) & this.#mask;
    const first = Math.min(length, this.#words.length - start);
    into.set(this.#words.subarray(start, start + first));
    if (first < length) into.set(this.#words.subarray(0, length - first), first);
    Atomics.store(this.#header, READ, (at + 1 + length) | 0);
    return length;
  }

  /**
   * The reader's: settles once there is a frame, or `wake` was called.
   * @returns undefined where there is one already
   */
  written(): Promise<unknown> | undefined {
    const waited = Atomics.waitAsync(this.#header, WRITTEN, Atomics.load(this.#header, READ));
    return waited.async ? waited.value : undefined;
  }

  /**
   * The reader's: looks again and again, for at most so long. Asleep, a thread is woken in 20-50 us
   * (`npm run bench -- border`), ten times what a small step takes.
   * @param us microseconds
   * @returns whether there is a frame
   */
  spin(us: number): boolean {
    const end = performance.now() + us / 1000;
    const at = Atomics.load(this.#header, READ);
    do {
      // The clock takes as long as several looks.
      for (let look = 0; look < 50; look++) if (Atomics.load(this.#header, WRITTEN) !== at) return true;
    } while (performance.now() < end);
    return false;
  }

  /** Lets go of whoever waits, though nothing was written: its other side may be gone. */
  wake(): void {
    Atomics.notify(this.#header, WRITTEN);
  }
}
