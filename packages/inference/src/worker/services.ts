/** The table of services: what each name opens. The rest of the spine knows none of them. */
import { codePart, RivuletError } from '@rivulet/core';
import { createSession, expectOperators, type Session } from '../engine/engine.ts';
import type { FileSource } from '../load/fileSource.ts';
import { knownFiles } from '../load/knownFiles.ts';
import type { LoadProgress, ModelFolder } from '../load/modelFolder.ts';
import { openModelFolder } from '../load/openModelFolder.ts';
import type { ReadOptions } from '../load/readBytes.ts';
import { readNewest } from '../load/readNewest.ts';
import { fileHash } from '../stream/fileHash.ts';
import { lazyStreams } from '../stream/lazyStreams.ts';
import type { ModelStreams } from '../stream/modelStreams.ts';
import type { FolderService, ModelService, ServiceName, ServiceOptions } from './api.ts';

type Feeds = Parameters<ModelService['run']>[0];
type Step = Parameters<ModelStreams['runNow']>;
type Push = Parameters<ModelStreams['pushNow']>;

interface Context extends ServiceOptions, FileSource {
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

interface Disposable {
  /** See Remote. */
  readonly about?: unknown;
  dispose(): Promise<void>;
  /**
   * For a caller that may have a result at once: without a promise, in the order of the calls all the same. undefined: not
   * of this method.
   */
  readonly now?: ((method: string, args: readonly unknown[]) => object | undefined) | undefined;
}

export interface OpenedService extends Disposable {
  /** @throws INTERNAL at once for a method that does not exist */
  call(method: string, args: readonly unknown[]): Promise<unknown>;
}

type Open = (location: string | Uint8Array, context: Context) => Promise<Disposable>;

const SERVICES: Readonly<Record<ServiceName, Open>> = {
  folder: async (location, context): Promise<FolderService & Disposable> => {
    const { manifest } = await folderAt(location, context);
    return { manifest: async () => manifest, dispose: async () => {} };
  },

  model: async (location, context): Promise<ModelService & Disposable> => {
    const { session, streams } = await (typeof location === 'string'
      ? modelAt(location, context)
      : modelOf(location, context));
    const { engine: name, inputs, outputs } = session;
    const { runNow: stepNow, pushNow, ...service } = streams;
    return {
      about: { engine: name, inputs, outputs },
      run: (feeds) => session.run(feeds),
      ...service,
      dispose: () => {
        streams.dispose();
        return session.dispose();
      },
      now(method, args) {
        if (method === 'run') return session.runNow?.(args[0] as Feeds);
        if (method === 'streamRun') return stepNow(...(args as Step));
        return method === 'pushNow' ? pushNow(...(args as Push)) : undefined;
      },
    };
  },

  // A page reads ink or forecasts, seldom both: each comes as a chunk of its own, fetched beside the manifest.
  recogniser: async (location, context) => {
    const code = codePart('recognisers', () => import('../recogniser/inkRecogniser.ts'));
    const [folder, { InkRecogniser }] = await Promise.all([folderAt(location, context), code]);
    return InkRecogniser.load(folder, { ...context, location: String(location) });
  },

  forecaster: async (location, context) => {
    const code = codePart('forecasters', () => import('../forecaster/seriesForecaster.ts'));
    const [folder, { SeriesForecaster }] = await Promise.all([folderAt(location, context), code]);
    return SeriesForecaster.load(folder, context);
  },
};

interface OpenedModel {
  readonly session: Session;
  readonly streams: ReturnType<typeof lazyStreams>;
}

async function modelOf(bytes: Uint8Array, context: Context): Promise<OpenedModel> {
  const known = context.sha256?.toLowerCase();
  if (known) {
    const { otherFile } = await knownFiles();
    const other = await otherFile(bytes, { path: 'what was given', sha256: known });
    if (other) throw other;
  }
  // Whoever gave them may write into them.
  return openModel(bytes, context, 0);
}

/** Until a file's hash is made, if nobody asks: its model has run by then. */
const HASH_PAUSE_MS = 250;

async function openModel(bytes: Uint8Array, context: Context, pauseMs = HASH_PAUSE_MS): Promise<OpenedModel> {
  const session = await createSession(bytes, context);
  return { session, streams: lazyStreams(session, fileHash(bytes, pauseMs)) };
}

/** A file that takes longer is fetched over a network. */
const SOON_MS = 50;

async function modelAt(location: string, context: Context): Promise<OpenedModel> {
  const { signal, onProgress } = context;
  const known = context.sha256?.toLowerCase();
  const options: ReadOptions = {
    signal,
    onProgress: (loadedBytes, totalBytes) => onProgress?.({ file: location, loadedBytes, totalBytes }),
  };
  const waiting = setTimeout(() => expectOperators(context), SOON_MS);
  const open = (bytes: Uint8Array) => {
    clearTimeout(waiting);
    return openModel(bytes, context);
  };
  try {
    if (known !== undefined) {
      const { readKnown } = await knownFiles();
      return await open(await readKnown(context, location, { path: location, sha256: known }, options));
    }
    const { value, keep } = await readNewest(context, location, options, open);
    keep();
    return value;
  } finally {
    clearTimeout(waiting);
  }
}

function folderAt(
  location: string | Uint8Array,
  { read, cache, signal, onProgress }: Context,
): Promise<ModelFolder> {
  if (typeof location !== 'string') {
    throw new RivuletError('ARGUMENT', 'this service is opened from a folder, not from bytes', {});
  }
  return openModelFolder(location, read, { signal, onProgress, cache });
}

export async function openService(
  name: ServiceName,
  location: string | Uint8Array,
  context: Context,
): Promise<OpenedService> {
  const service = await SERVICES[name](location, context);
  return {
    call(method, args) {
      const f = (service as unknown as Record<string, unknown>)[method];
      if (typeof f !== 'function') {
        throw new RivuletError('INTERNAL', `${name} has no method ${method}`, { service: name, method });
      }
      return f.apply(service, args);
    },
    about: service.about,
    dispose: () => service.dispose(),
    now: service.now,
  };
}
