/**
 * The caller's side of a load whose `fetch` or cache is the caller's own. Functions cannot cross the border, calls
 * can: the host asks for the head of an answer, then for its chunks one by one, so that progress, limits and aborting
 * work as with its own `fetch`.
 */
import { answerOf, RivuletError, shown } from '@rivulet/core';
import type { LoadOptions, ModelCache } from '../load/modelCache.ts';
import type { CallerFiles, CallerFilesApi } from './api.ts';

/**
 * @returns what to tell the host, and where one of the two is the caller's, the calls that it answers
 * @throws ARGUMENT for a `cache` or a `fetch` that is none
 */
export function callerFiles({ fetch, cache = 'default' }: LoadOptions): {
  readonly files: CallerFiles;
  readonly api: CallerFilesApi | undefined;
} {
  const own = typeof cache === 'object' && cache !== null;
  if (!own && cache !== 'default' && cache !== 'none') {
    const message = `cache is default, none or a ModelCache, got ${shown(cache)}`;
    throw new RivuletError('ARGUMENT', message, { cache });
  }
  for (const method of ['get', 'put'] as const) {
    if (!own || typeof cache[method] === 'function') continue;
    const got = shown(cache[method]);
    const message = `a cache of your own has get and put, ${method} is ${got}`;
    throw new RivuletError('ARGUMENT', message, { cache: method, got });
  }
  if (fetch !== undefined && typeof fetch !== 'function') {
    const got = shown(fetch);
    throw new RivuletError('ARGUMENT', `fetch is a function, got ${got}`, { fetch: got });
  }
  return {
    files: { fetches: fetch !== undefined, cache: own ? 'caller' : cache },
    api: fetch || own ? apiOf(fetch, own ? cache : undefined) : undefined,
  };
}

interface Running {
  readonly location: string;
  readonly controller: AbortController;
  reader?: ReadableStreamDefaultReader<Uint8Array> | undefined;
}

function apiOf(fetch: LoadOptions['fetch'], cache: ModelCache | undefined): CallerFilesApi {
  const running = new Map<number, Running>();
  const end = (id: number, call = running.get(id)): void => {
    running.delete(id);
    call?.controller.abort();
    call?.reader?.cancel().catch(() => {});
  };
  return {
    open: (id, location, fresh) =>
      answerOf(async () => {
        const call: Running = { location, controller: new AbortController() };
        running.set(id, call);
        try {
          const { signal } = call.controller;
          const { ok, status, headers, body } = await fetch!(location, {
            signal,
            ...(fresh && { cache: 'no-cache' as const }),
          });
          call.reader = body?.getReader();
          // Nothing will be pulled: there is nothing, or the load was aborted, which this `fetch` took no notice of.
          if (!body || signal.aborted) end(id, call);
          return { ok, status, headers: [...headers], body: body !== null };
        } catch (cause) {
          end(id);
          throw unread(location, cause);
        }
      }),
    pull: (id) =>
      answerOf(async () => {
        const call = running.get(id);
        try {
          const { done, value } = (await call?.reader?.read()) ?? { done: true, value: undefined };
          if (done) running.delete(id);
          else checkChunk(call!.location, value);
          return value;
        } catch (cause) {
          end(id);
          throw unread(call!.location, cause);
        }
      }),
    async cancel(id) {
      end(id);
    },
    get: (location, sha256) =>
      answerOf(async () => {
        const kept = await cache!.get(location, sha256);
        const got = kindOf(kept ?? new Uint8Array());
        if (got === 'Uint8Array') return kept ?? undefined;
        throw new RivuletError('ARGUMENT', `a cache gives a Uint8Array or nothing, got ${got}`, { got });
      }),
    put: (location, bytes, sha256) => answerOf(async () => cache!.put(location, bytes, sha256)),
  };
}

/** By name: another realm's bytes are of another class. */
const kindOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

/** @throws ARGUMENT: as numbers of bytes it would be a file of none */
function checkChunk(location: string, chunk: unknown): void {
  const got = kindOf(chunk);
  if (got === 'Uint8Array') return;
  const message = `the body that fetch gives for ${location} is of Uint8Arrays, got ${got}`;
  throw new RivuletError('ARGUMENT', message, { location, got });
}

/** As the host would say of its own fetch. */
const unread = (location: string, cause: unknown): RivuletError =>
  cause instanceof RivuletError
    ? cause
    : new RivuletError('MODEL_FETCH', `${location} could not be read: ${cause}`, { location });
