/** Calls that wait for each other: each begins when the one before it has ended, however that ended. */
import { abortedCall, orAborted, RivuletError } from '@rivulet/core';
import { checkSignal } from '../worker/checkOptions.ts';

export class Turns {
  readonly #of: string;
  #last: Promise<unknown> = Promise.resolve();
  /** Calls that have not ended. */
  #open = 0;
  #ended = false;

  /** @param of what ends, for the error after that */
  constructor(of: string) {
    this.#of = of;
  }

  /** Nobody is to be waited for. */
  get free(): boolean {
    return this.#open === 0 && !this.#ended;
  }

  /**
   * @param call gets what it calls right before it changes anything: that throws ABORTED where the signal has aborted, and
   *   from then on aborting comes too late
   * @throws DISPOSED after `end`; ARGUMENT for a signal that is none; ABORTED at once when the signal aborts, and then
   *   the call never begins, or changes nothing
   */
  take<T>(call: (commit: () => void) => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#ended) {
      return Promise.reject(new RivuletError('DISPOSED', `this ${this.#of} has been disposed`, {}));
    }
    try {
      if (signal) checkSignal(signal);
    } catch (error) {
      return Promise.reject(error);
    }
    let committed = false;
    const check = (): void => {
      if (signal?.aborted) throw abortedCall(signal);
    };
    const begin = async (): Promise<T> => {
      try {
        check();
        return await call(() => {
          check();
          committed = true;
        });
      } finally {
        this.#open--;
      }
    };
    const turn = this.#open++ === 0 ? begin() : this.#last.then(begin);
    this.#last = turn.catch(() => {});
    return signal ? orAborted(turn, signal, () => committed) : turn;
  }

  /** No further calls. @returns when the last one has ended */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#last;
  }
}
