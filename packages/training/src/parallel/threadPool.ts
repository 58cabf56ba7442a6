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

/** A request on its way: what the threads have said to it so far. */
interface Asked {
  readonly replies: (Reply | undefined)[];
  resolve(replies: Reply[]): void;
  reject(error: RivuletError): void;
}

export class ThreadPool {
  readonly #workers: readonly Worker[];
  /** In the order of asking, which is that of a thread's replies too. */
  readonly #asked: Asked[] = [];
  #failure: RivuletError | undefined;
  /** Replies of the opened threads, in their order. */
  ready: readonly ReadyReply[] = [];

  private constructor(init: Omit<ThreadInit, 'thread'>) {
    this.#workers = Array.from({ length: init.threads }, (_, thread) => {
      const workerData: ThreadInit = { ...init, thread };
      const worker = new Worker(new URL('./threadMain.ts', import.meta.url), { workerData });
      worker.on('message', (reply: Reply) => {
        if (reply.kind === 'error') this.#fail(RivuletError.fromWire(reply.error));
        else this.#take(thread, reply);
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

  /** Asks every thread; `request` may differ by thread. Requests may overlap: they are answered in their order. */
  async ask<K extends Request['kind']>(
    request: Extract<Request, { kind: K }> | ((thread: number) => Extract<Request, { kind: K }>),
  ): Promise<ReplyOf[K][]> {
    const replies = this.#replies();
    this.#workers.forEach((worker, thread) => {
      worker.postMessage(typeof request === 'function' ? request(thread) : request);
    });
    return (await replies) as ReplyOf[K][];
  }

  async close(): Promise<void> {
    this.#asked.length = 0;
    for (const worker of this.#workers) worker.removeAllListeners('exit');
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #replies(): Promise<Reply[]> {
    return new Promise((resolve, reject) => {
      if (this.#failure && this.#failure.code !== 'ABORTED') return reject(this.#failure);
      this.#asked.push({ replies: this.#workers.map(() => undefined), resolve, reject });
    });
  }

  #take(thread: number, reply: Reply): void {
    const asked = this.#asked.find(({ replies }) => !replies[thread]);
    if (!asked) return;
    asked.replies[thread] = reply;
    const replies = asked.replies.filter((each) => each !== undefined);
    if (replies.length < this.#workers.length) return;
    this.#asked.shift();
    asked.resolve(replies);
  }

  #fail(error: RivuletError): void {
    // The thread that only met a broken barrier says less than the one that broke it.
    if (this.#failure && this.#failure.code !== 'ABORTED') return;
    this.#failure = error;
    if (error.code === 'ABORTED') return;
    for (const { reject } of this.#asked.splice(0)) reject(error);
  }
}
