/** Calls that wait for each other: each begins when the one before it has ended, however that ended. */
import { RivuletError } from '@rivulet/core';
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
   * @throws DISPOSED after `end`; ARGUMENT for a signal that is none; ABORTED at once when the signal aborts, and then
   *   the call never begins
   */
  take<T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#ended) {
      return Promise.reject(new RivuletError('DISPOSED', `this ${this.#of} has been disposed`, {}));
    }
    try {
      if (signal) checkSignal(signal);
    } catch (error) {
      return Promise.reject(error);
    }
    const begin = async (): Promise<T> => {
      try {
        if (signal?.aborted) throw aborted(signal);
        return await call();
      } finally {
        this.#open--;
      }
    };
    const turn = this.#open++ === 0 ? begin() : this.#last.then(begin);
    this.#last = turn.catch(() => {});
    return signal ? orAborted(turn, signal) : turn;
  }

  /** No further calls. @returns when the last one has ended */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#last;
  }
}

const aborted = (signal: AbortSignal): RivuletError =>
  new RivuletError('ABORTED', 'the call was aborted', {}, signal.reason);

function orAborted<T>(turn: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(aborted(signal));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    turn.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
