/** The side that trains: it owns the model, runs one call after the other, and answers with values. */
import { type Answer, answerOf, RivuletError } from '@rivulet/core';
import * as Comlink from 'comlink';
import { AdaptedModel } from './adaptedModel.ts';
import type { AdaptHost, AdaptProgress, Interruption } from './api.ts';
import { type ReadFile, readModelFolder } from './readModelFolder.ts';

export function createAdaptHost(read: ReadFile): AdaptHost {
  let model: AdaptedModel | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const interruptions = new Map<number, Interruption>();

  /** After all earlier calls: an adaptation begins from what holds then, and nothing changes under it. */
  function inTurn<T>(work: (model: AdaptedModel) => Promise<T> | T): Promise<Answer<T>> {
    const turn = last.then(() =>
      answerOf(async () => {
        if (!model) throw new RivuletError('INTERNAL', 'no model was opened', {});
        return work(model);
      }),
    );
    last = turn;
    return turn;
  }

  return {
    open: (source, options) =>
      answerOf(async () => {
        const { dtype = 'int8' } = options;
        const files = typeof source === 'string' ? await readModelFolder(read, source, dtype) : source;
        model = await AdaptedModel.open(files, options);
        return model.info;
      }),

    adapt: (run, samples, settings, onProgress) =>
      inTurn(async (model) => {
        const reports = onProgress && new Reports(onProgress);
        try {
          const stop = (): Interruption | undefined => interruptions.get(run);
          return await model.adapt(samples, settings, { stop, onProgress: reports?.send });
        } finally {
          await reports?.end();
          interruptions.delete(run);
        }
      }),

    async stop(run, reason) {
      interruptions.set(run, reason);
    },

    rollBack: () => inTurn((model) => model.rollBack()),
    exportDelta: () => inTurn((model) => model.exportDelta()),
    importDelta: (bytes) => inTurn((model) => model.importDelta(bytes).then(() => undefined)),
    onnx: (dtype) => inTurn((model) => model.onnx(dtype)),
    files: () => inTurn((model) => model.files()),
  };
}

/** Calls of a listener behind a border: they come by a port of their own, which the answer must not overtake. */
class Reports {
  readonly #listener: (progress: AdaptProgress) => unknown;
  #last: Promise<unknown> = Promise.resolve();

  constructor(listener: (progress: AdaptProgress) => unknown) {
    this.#listener = listener;
  }

  /** What a listener throws is its own affair. */
  readonly send = (progress: AdaptProgress): void => {
    this.#last = Promise.resolve(this.#listener(progress)).catch(() => {});
  };

  async end(): Promise<void> {
    await this.#last;
    (this.#listener as { [Comlink.releaseProxy]?: () => void })[Comlink.releaseProxy]?.();
  }
}
