/** A running host, and the calls that wait for it: their answer ends them, its death, or the caller's signal. */
import { type Answer, abortedCall, RivuletError } from '@rivulet/core';
import type { Connection, HostApi } from './api.ts';

export class Link {
  readonly connection: Connection;
  /** How each call that waits is ended. */
  readonly #pending = new Set<(error: RivuletError) => void>();
  #alive = true;
  #tickets = 0;

  constructor(connection: Connection) {
    this.connection = connection;
    connection.onDeath(
      (reason) => {
        this.end();
        const error = new RivuletError('WORKER_DIED', `the worker died: ${reason}`, { reason });
        for (const die of [...this.#pending]) die(error);
      },
      () => this.#pending.size > 0,
    );
  }

  /** False from its death on: what is wanted then is wanted of another one. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Nobody needs the host any more. */
  end(): void {
    this.#alive = false;
    this.connection.end();
  }

  /**
   * One call over the border, which the host's death or the caller's signal may end early.
   * @param undo gets a result that came after that end
   * @throws WORKER_DIED, ABORTED, ARGUMENT for what cannot be sent, and what the host answers
   */
  ask<T>(
    signal: AbortSignal | undefined,
    call: (api: HostApi, ticket: number) => Promise<Answer<T>>,
    undo?: (late: T) => void,
  ): Promise<T> {
    const ticket = ++this.#tickets;
    const { api } = this.connection;
    return new Promise<T>((resolve, reject) => {
      const abort = (): void => {
        void api.abort(ticket);
        settle(() => reject(abortedCall(signal)));
      };
      let settled = false;
      const settle = (how: () => void): void => {
        settled = true;
        this.#pending.delete(die);
        signal?.removeEventListener('abort', abort);
        how();
      };
      const die = (error: RivuletError): void => settle(() => reject(error));
      if (signal?.aborted) return abort();
      this.#pending.add(die);
      signal?.addEventListener('abort', abort);
      call(api, ticket).then(
        (answer) => {
          if (!settled) {
            settle(() => {
              if ('value' in answer) resolve(answer.value);
              else reject(RivuletError.fromWire(answer.error));
            });
          } else if ('value' in answer) undo?.(answer.value);
        },
        (cause) => die(unsendable(cause)),
      );
    });
  }

  /** `ask` for a call that only the host's death can end early: every step of a stream comes through here. */
  askPlainly(answer: Promise<Answer<unknown>>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#pending.add(reject);
      answer.then(
        (got) => {
          this.#pending.delete(reject);
          if ('value' in got) resolve(got.value);
          else reject(RivuletError.fromWire(got.error));
        },
        (cause) => {
          this.#pending.delete(reject);
          reject(unsendable(cause));
        },
      );
    });
  }
}

/** Arguments that cannot be cloned. */
const unsendable = (cause: unknown): RivuletError =>
  new RivuletError('ARGUMENT', `the call could not be sent: ${cause}`, { reason: String(cause) }, cause);
