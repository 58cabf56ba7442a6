/** The streams of a model, whose code comes when the first of them asks: most pages have none. */
import { codePart } from '@rivulet/core';
import type { Session } from '../engine/engine.ts';
import type { FileHash } from './fileHash.ts';
import type { ModelStreams } from './modelStreams.ts';
import type { StreamService } from './streamProgram.ts';

/** @param hash of the model's file */
export function lazyStreams(
  session: Session,
  hash: FileHash,
): StreamService & Pick<ModelStreams, 'runNow' | 'pushNow' | 'dispose'> {
  let streams: ModelStreams | undefined;
  const loaded = async (): Promise<ModelStreams> => {
    const { ModelStreams } = await codePart('streams', () => import('./modelStreams.ts'));
    streams ??= new ModelStreams(session, hash.get());
    return streams;
  };
  return {
    streamInfo: async (request) => (await loaded()).streamInfo(request),
    // The one that is called at every step.
    streamRun: (request, call) =>
      streams ? streams.streamRun(request, call) : loaded().then((code) => code.streamRun(request, call)),
    runNow: (request, call) => streams?.runNow(request, call),
    pushNow: (request, ...push) => streams?.pushNow(request, ...push),
    growInfo: async () => (await loaded()).growInfo(),
    growPush: async (run, output, from, chunk) => (await loaded()).growPush(run, output, from, chunk),
    growClose: async (run) => streams?.growClose(run),
    dispose() {
      hash.drop();
      streams?.dispose();
    },
  };
}
