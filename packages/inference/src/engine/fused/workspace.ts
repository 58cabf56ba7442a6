/** Hands out the machine's workspace while a graph is bound, and takes back what nobody will read again. */
import type { Buffer } from './value.ts';

interface Hole {
  at: number;
  bytes: number;
}

/** Elementwise kernels write whole vectors from wherever a row begins: up to three floats past its last one. */
const PAST_END = 12;

/** To 16 bytes. By arithmetic: a shape may ask for more than 32 bits count, and must be refused. */
const sizeFor = (bytes: number): number => Math.ceil((bytes + PAST_END) / 16) * 16;

export class Workspace {
  readonly #base: number;
  #top: number;
  /** Sorted by address, never adjacent. */
  #holes: Hole[] = [];

  /** @param base first byte, a multiple of 16 */
  constructor(base: number) {
    this.#base = base;
    this.#top = base;
  }

  /** Bytes to reserve so that everything handed out exists. */
  get bytes(): number {
    return this.#top - this.#base;
  }

  /** Memory that no step before had or after will have: what is written before a run survives it. */
  takeNew(bytes: number, readers: number): Buffer {
    const size = sizeFor(bytes);
    const buffer = { at: this.#top, bytes: size, readers };
    this.#top += size;
    return buffer;
  }

  /** First hole that is large enough, else at the top. 16-byte aligned, contents undefined. */
  take(bytes: number, readers: number): Buffer {
    const size = sizeFor(bytes);
    const index = this.#holes.findIndex((hole) => hole.bytes >= size);
    const hole = this.#holes[index];
    if (!hole) return this.takeNew(bytes, readers);
    const buffer = { at: hole.at, bytes: size, readers };
    hole.at += size;
    hole.bytes -= size;
    if (hole.bytes === 0) this.#holes.splice(index, 1);
    return buffer;
  }

  give({ at, bytes }: Buffer): void {
    let index = this.#holes.findIndex((hole) => hole.at > at);
    if (index < 0) index = this.#holes.length;
    const before = this.#holes[index - 1];
    const after = this.#holes[index];
    if (before && before.at + before.bytes === at) {
      before.bytes += bytes;
      if (after && before.at + before.bytes === after.at) {
        before.bytes += after.bytes;
        this.#holes.splice(index, 1);
      }
    } else if (after && at + bytes === after.at) {
      after.at = at;
      after.bytes += bytes;
    } else {
      this.#holes.splice(index, 0, { at, bytes });
    }
  }
}
