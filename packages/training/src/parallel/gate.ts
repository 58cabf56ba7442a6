/**
 * What lets a step that the threads began ahead of its time take effect, or drops it. Steps are let through or dropped
 * one at a time and in their order; a dropped one may be asked for again.
 */
import { WordWait } from './wordWait.ts';

/** Int32 words of shared memory a gate needs. */
export const GATE_WORDS = 1;

export class Gate {
  readonly #words: Int32Array;
  readonly #wait = new WordWait();

  constructor(words: Int32Array) {
    this.#words = words;
  }

  /** The trainer's: says what becomes of `step`, counted from 0. */
  answer(step: number, passes: boolean): void {
    Atomics.store(this.#words, 0, passes ? step + 1 : -(step + 1));
    Atomics.notify(this.#words, 0);
  }

  /** The threads': waits for the answer. @returns whether the step may take effect; the same in all threads */
  passes(step: number): boolean {
    const words = this.#words;
    this.#wait.while(words, 0, () => Math.abs(Atomics.load(words, 0)) <= step);
    return Atomics.load(words, 0) > step;
  }
}
