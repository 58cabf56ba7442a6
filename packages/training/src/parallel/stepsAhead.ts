/**
 * The steps of a run, of which the threads begin the next one while the trainer still reads what the last one brought:
 * no message then stands between two steps. A step takes effect only when it is taken, in its turn.
 */
import { Gate } from './gate.ts';
import type { SharedState, StepReply, StepRequest } from './protocol.ts';
import { sharedNow } from './sharedNow.ts';
import type { ThreadPool } from './threadPool.ts';

export interface Taken {
  /** Of each thread. */
  readonly replies: readonly StepReply[];
  /** To the end of its last thread, from that of the step before; where none came right before it, from its asking. */
  readonly milliseconds: number;
}

export class StepsAhead {
  readonly #pool: ThreadPool;
  readonly #gate: Gate;
  #begun: { readonly step: number; readonly replies: Promise<StepReply[]> } | undefined;
  /** When the step before `#begun` ended. */
  #ended = 0;

  constructor(pool: ThreadPool, { gate }: Pick<SharedState, 'gate'>) {
    this.#pool = pool;
    this.#gate = new Gate(new Int32Array(gate));
  }

  /**
   * @param next what will be taken after it, if that is known already; the threads may begin it, and answer nothing
   *   else until it is taken or dropped
   */
  async take(request: StepRequest, next?: StepRequest): Promise<Taken> {
    let started = sharedNow();
    let replies: Promise<StepReply[]>;
    if (this.#begun?.step === request.step) {
      ({ replies } = this.#begun);
      started = this.#ended;
      this.#gate.answer(request.step, true);
    } else {
      await this.drop();
      replies = this.#pool.ask<'step'>(request);
    }
    this.#begun = next && { step: next.step, replies: this.#pool.ask<'step'>({ ...next, ahead: true }) };
    // Whoever takes or drops it hears of its failure; a run that ends before does so for a reason of its own.
    this.#begun?.replies.catch(() => {});
    const found = await replies;
    this.#ended = Math.max(...found.map(({ ended }) => ended));
    return { replies: found, milliseconds: this.#ended - started };
  }

  /** Takes back what was begun, so that the threads are at the end of the last step taken. */
  async drop(): Promise<void> {
    const begun = this.#begun;
    if (!begun) return;
    this.#begun = undefined;
    this.#gate.answer(begun.step, false);
    await begun.replies;
  }
}
