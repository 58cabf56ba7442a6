/**
 * Many labelled samples of ink in few arrays: 68,000 words as objects would be half a million small arrays, and
 * each training thread holds its own copy.
 */
import type { Ink, Stroke } from '@rivulet/core';

export interface LabelledInk {
  readonly label: string;
  /** Who collected the sample, e.g. `hpp`. */
  readonly contributor: string;
  readonly writer: string;
  /** y grows downward. */
  readonly ink: Ink;
}

export class InkSet {
  readonly labels: string[] = [];
  readonly contributors: string[] = [];
  readonly writers: string[] = [];
  #points = 0;
  #x: Float32Array;
  #y: Float32Array;
  /** First point of each stroke, and the end of the last. */
  readonly #strokeStarts: number[] = [0];
  /** First stroke of each sample, and the end of the last. */
  readonly #sampleStarts: number[] = [0];

  /** @param room points that are expected; more are taken too */
  constructor(room = 1 << 20) {
    this.#x = new Float32Array(room);
    this.#y = new Float32Array(room);
  }

  get count(): number {
    return this.labels.length;
  }

  add({ label, contributor, writer, ink }: LabelledInk): void {
    this.labels.push(label);
    this.contributors.push(contributor);
    this.writers.push(writer);
    for (const { x, y } of ink) {
      this.#reserve(x.length);
      this.#x.set(x, this.#points);
      this.#y.set(y, this.#points);
      this.#points += x.length;
      this.#strokeStarts.push(this.#points);
    }
    this.#sampleStarts.push(this.#strokeStarts.length - 1);
  }

  /** Views of sample `i`, stale once more is added. */
  ink(i: number): Ink {
    const strokes: Stroke[] = [];
    for (let s = this.#sampleStarts[i]!; s < this.#sampleStarts[i + 1]!; s++) {
      const start = this.#strokeStarts[s]!;
      const end = this.#strokeStarts[s + 1]!;
      strokes.push({ x: this.#x.subarray(start, end), y: this.#y.subarray(start, end) });
    }
    return strokes;
  }

  #reserve(points: number): void {
    if (this.#points + points <= this.#x.length) return;
    const room = Math.max(this.#x.length * 2, this.#points + points);
    for (const name of ['x', 'y'] as const) {
      const wider = new Float32Array(room);
      wider.set(name === 'x' ? this.#x : this.#y);
      if (name === 'x') this.#x = wider;
      else this.#y = wider;
    }
  }
}
