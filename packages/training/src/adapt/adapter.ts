/** The caller's side: a model that learns from its person's samples in a worker, and gives itself back as ONNX. */
import { type Answer, abortedCall, RivuletError, valueIn } from '@rivulet/core';
import type {
  AdaptedFiles,
  AdapterInfo,
  AdaptHost,
  AdaptProgress,
  AdaptResult,
  AdaptSample,
  AdaptSettings,
  Connection,
  HostOptions,
  ModelFiles,
  WeightType,
} from './api.ts';
import { type StopWhen, watchDevice } from './watchDevice.ts';

export interface AdaptOptions extends AdaptSettings {
  /** Aborting rejects with ABORTED after the step that is computed; the model is as it was. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each step. */
  readonly onProgress?: ((progress: AdaptProgress) => void) | undefined;
  /** What ends training early; the best so far is then judged and kept, or not, as at the end. */
  readonly stopWhen?: StopWhen | undefined;
}

/** How each call that has no answer is rejected. */
type Pending = Set<(error: RivuletError) => void>;

/** Calls run in the order they were made. After `dispose` they reject with DISPOSED. */
export class Adapter {
  /** The model as it came. */
  readonly info: AdapterInfo;
  readonly #connection: Connection;
  readonly #pending: Pending;
  #runs = 0;
  /** Why nothing can be asked any more. */
  #over: RivuletError | undefined;

  private constructor(info: AdapterInfo, connection: Connection, pending: Pending) {
    this.info = info;
    this.#connection = connection;
    this.#pending = pending;
    connection.onDeath((reason) => {
      this.#end(new RivuletError('WORKER_DIED', `the worker died: ${reason}`, { reason }));
    });
  }

  /** @param connection to a host that has no model yet; ended when opening fails */
  static async open(
    connection: Connection,
    model: ModelFiles | string,
    options: HostOptions,
  ): Promise<Adapter> {
    const pending: Pending = new Set();
    try {
      const died = new Promise<never>((_, reject) => {
        connection.onDeath((reason) => {
          reject(new RivuletError('ENGINE_UNAVAILABLE', `no worker could be started: ${reason}`, { reason }));
        });
      });
      return new Adapter(
        valueIn(await Promise.race([connection.api.open(model, options), died])),
        connection,
        pending,
      );
    } catch (error) {
      connection.end();
      throw error;
    }
  }

  /**
   * Trains on a part of the samples and lets the rest judge: the change is kept only if the held-out loss became lower
   * by `margin`, and else the model is as it was.
   * @throws ARGUMENT for options, DATA_INVALID, INK_INVALID or SERIES_INVALID naming the sample, ABORTED, DIVERGED,
   *   OUT_OF_MEMORY, WORKER_DIED
   */
  async adapt(samples: readonly AdaptSample[], options: AdaptOptions = {}): Promise<AdaptResult> {
    const { signal, onProgress, stopWhen = {}, ...settings } = options;
    if (signal?.aborted) throw abortedCall(signal);
    const run = ++this.#runs;
    const { callback, api } = this.#connection;
    const progress = onProgress && callback(onProgress);
    const answer = this.#ask((host) => host.adapt(run, samples, settings, progress));
    const abort = (): void => void api.stop(run, 'abort');
    signal?.addEventListener('abort', abort);
    const unwatch = watchDevice(stopWhen, (reason) => void api.stop(run, reason));
    try {
      return await answer;
    } finally {
      unwatch();
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Takes back the newest change that was kept or imported. @returns whether there was one */
  rollBack(): Promise<boolean> {
    return this.#ask((host) => host.rollBack());
  }

  /** The change that holds, as a small file for this very model; undefined while the model is as it came. */
  exportDelta(): Promise<Uint8Array | undefined> {
    return this.#ask((host) => host.exportDelta());
  }

  /**
   * The change of a file holds from now on, until it is rolled back.
   * @throws DELTA_INVALID for a torn or changed file, DELTA_MODEL for another model's; all is then as it was
   */
  async importDelta(bytes: Uint8Array): Promise<void> {
    await this.#ask((host) => host.importDelta(bytes));
  }

  /** The model as it now is. @param dtype that of the model as it came, unless told */
  onnx(dtype?: WeightType): Promise<Uint8Array> {
    return this.#ask((host) => host.onnx(dtype));
  }

  /**
   * The same with a manifest that names it: laid over the folder's own files, whatever loads folders (a recogniser, a
   * forecaster) runs the model as it now is.
   */
  files(): Promise<AdaptedFiles> {
    return this.#ask((host) => host.files());
  }

  /** Ends the worker; what runs in it rejects with DISPOSED. */
  dispose(): void {
    this.#end(new RivuletError('DISPOSED', 'this adapter has been disposed', {}));
  }

  #end(error: RivuletError): void {
    if (this.#over) return;
    this.#over = error;
    this.#connection.end();
    for (const reject of this.#pending) reject(error);
  }

  #ask<T>(call: (host: AdaptHost) => Promise<Answer<T>>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#over) return reject(this.#over);
      this.#pending.add(reject);
      call(this.#connection.api)
        .then((answer) => resolve(valueIn(answer)))
        .catch((error) => {
          const sent = error instanceof RivuletError;
          reject(
            sent ? error : new RivuletError('ARGUMENT', `the call could not be sent: ${error}`, {}, error),
          );
        })
        .finally(() => this.#pending.delete(reject));
    });
  }
}
