/** The trainer's side of its threads: starts them, asks all of them, and turns a failure of one into an error. */
import { Worker } from 'node:worker_threads';
import { RivuletError } from '@rivulet/core';
import type {
  FiguresReply,
  ReadyReply,
  Reply,
  Request,
  StepReply,
  ThreadInit,
  ValidateReply,
} from './protocol.ts';

interface ReplyOf {
  step: StepReply;
  validate: ValidateReply;
  figures: FiguresReply;
  flush: { kind: 'done' };
  restore: { kind: 'done' };
}

export class ThreadPool {
  readonly #workers: readonly Worker[];
  readonly #pending: ((reply: Reply) => void)[] = [];
  #failure: RivuletError | undefined;
  #onFailure: (error: RivuletError) => void = () => {};
  /** Replies of the opened threads, in their order. */
  ready: readonly ReadyReply[] = [];

  private constructor(init: Omit<ThreadInit, 'thread'>) {
    this.#workers = Array.from({ length: init.threads }, (_, thread) => {
      const workerData: ThreadInit = { ...init, thread };
      const worker = new Worker(new URL('./threadMain.ts', import.meta.url), { workerData });
      worker.on('message', (reply: Reply) => {
        if (reply.kind === 'error') this.#fail(RivuletError.fromWire(reply.error));
        else this.#pending[thread]?.(reply);
      });
      worker.on('error', (cause) => {
        this.#fail(
          new RivuletError('WORKER_DIED', `Training thread ${thread} died: ${cause}`, { thread }, cause),
        );
      });
      worker.on('exit', (code) => {
        if (code !== 0)
          this.#fail(new RivuletError('WORKER_DIED', `Training thread ${thread} died`, { thread, code }));
      });
      return worker;
    });
  }

  static async open(init: Omit<ThreadInit, 'thread'>): Promise<ThreadPool> {
    const pool = new ThreadPool(init);
    try {
      pool.ready = (await pool.#replies()) as ReadyReply[];
      return pool;
    } catch (error) {
      await pool.close();
      throw error;
    }
  }

  /** Asks every thread; `request` may differ by thread. Requests must not overlap. */
  async ask<K extends Request['kind']>(
    request: Extract<Request, { kind: K }> | ((thread: number) => Extract<Request, { kind: K }>),
  ): Promise<ReplyOf[K][]> {
    if (this.#failure) throw this.#failure;
    const replies = this.#replies();
    this.#workers.forEach((worker, thread) => {
      worker.postMessage(typeof request === 'function' ? request(thread) : request);
    });
    return (await replies) as ReplyOf[K][];
  }

  async close(): Promise<void> {
    this.#onFailure = () => {};
    for (const worker of this.#workers) worker.removeAllListeners('exit');
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #replies(): Promise<Reply[]> {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      this.#onFailure = reject;
      const replies: Reply[] = [];
      let missing = this.#workers.length;
      this.#workers.forEach((_, thread) => {
        this.#pending[thread] = (reply) => {
          replies[thread] = reply;
          if (--missing === 0) resolve(replies);
        };
      });
    });
  }

  #fail(error: RivuletError): void {
    // The thread that only met a broken barrier says less than the one that broke it.
    if (this.#failure && this.#failure.code !== 'ABORTED') return;
    this.#failure = error;
    if (error.code !== 'ABORTED') this.#onFailure(error);
  }
}
