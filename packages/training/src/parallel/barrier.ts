/**
 * A barrier of threads over shared memory. A thread that fails breaks it, so that the others stop with an
 * error instead of waiting for ever.
 */
import { RivuletError } from '@rivulet/core';
import { WordWait } from './wordWait.ts';

const ARRIVED = 0;
const GENERATION = 1;
const BROKEN = 2;
/** Int32 words of shared memory a barrier needs. */
export const BARRIER_WORDS = 3;

export class Barrier {
  readonly #words: Int32Array;
  readonly #threads: number;
  readonly #wait = new WordWait();

  constructor(words: Int32Array, threads: number) {
    this.#words = words;
    this.#threads = threads;
  }

  /** Returns once all threads have called it. @throws ABORTED when one of them broke it */
  wait(): void {
    const words = this.#words;
    const generation = Atomics.load(words, GENERATION);
    if (Atomics.add(words, ARRIVED, 1) === this.#threads - 1) {
      Atomics.store(words, ARRIVED, 0);
      Atomics.add(words, GENERATION, 1);
      Atomics.notify(words, GENERATION);
    } else {
      this.#wait.while(
        words,
        GENERATION,
        () => Atomics.load(words, GENERATION) === generation && Atomics.load(words, BROKEN) === 0,
      );
    }
    if (Atomics.load(words, BROKEN) !== 0) {
      throw new RivuletError('ABORTED', 'Another training thread failed', {});
    }
  }

  break(): void {
    Atomics.store(this.#words, BROKEN, 1);
    Atomics.notify(this.#words, GENERATION);
  }
}
