/** The side that owns the models: opens services, runs their calls one after the other, answers with values. */
import {
  type Answer,
  abortedCall,
  answerOf,
  codedError,
  codePart,
  RivuletError,
  valueIn,
} from '@rivulet/core';
import type { FileSource } from '../load/fileSource.ts';
import { type EarlyAnswer, readEarly } from '../load/readEarly.ts';
import type { CallerFiles, CallerFilesApi, Connection, HostApi } from './api.ts';
import { canShareRings } from './ring/canShareRings.ts';
import type { ServedRings } from './ring/serveRings.ts';
import { type OpenedService, openService } from './services.ts';

interface Entry {
  readonly service: OpenedService;
  /** Settles when every call so far has. */
  last: Promise<unknown>;
  /** Calls so far that have not answered. */
  calls: number;
}

/** @param own how this host reads files, and where it keeps them, unless a load brings its own way */
export function createHost(own: FileSource): HostApi & Required<Pick<Connection, 'direct'>> {
  const entries = new Map<number, Entry>();
  /** How each ticket is aborted. */
  const running = new Map<number, () => void>();
  /** Where the early file of each ticket goes. */
  const early = new Map<number, (answer: EarlyAnswer | undefined) => void>();
  let handles = 0;
  /** Whom `direct` asked last: looking a service up is felt beside a step of a small network. */
  let latest: { readonly handle: number; readonly entry: Entry } | undefined;
  let rings: ServedRings | undefined;
  let database: IDBDatabase | undefined;

  async function answer<T>(ticket: number, work: (signal: AbortSignal) => Promise<T>): Promise<Answer<T>> {
    const controller = new AbortController();
    running.set(ticket, () => controller.abort());
    try {
      return await answerOf(
        () => work(controller.signal),
        () => controller.signal.aborted,
      );
    } finally {
      running.delete(ticket);
    }
  }

  const host: ReturnType<typeof createHost> = {
    open: (ticket, name, location, options, onProgress, files, caller, file) =>
      answer(ticket, async (signal) => {
        const coming = file && new Promise<EarlyAnswer | undefined>((resolve) => early.set(ticket, resolve));
        const reading = coming ? { ...own, read: readEarly(own.read, file, coming) } : own;
        const source = await sourceOf(reading, files, caller);
        const service = await openService(name, location, { ...options, ...source, signal, onProgress });
        if (signal.aborted) {
          await service.dispose();
          throw abortedCall();
        }
        entries.set(++handles, { service, last: Promise.resolve(), calls: 0 });
        return { handle: handles, about: service.about };
      }),

    async early(ticket, answer) {
      early.get(ticket)?.(answer);
      early.delete(ticket);
    },

    // A step of a small network takes a microsecond, which an AbortController and two turns of the event loop would
    // double: a flag is enough, and where nobody waits the call starts at once.
    async call(ticket, handle, method, args) {
      let aborted = false;
      const entry = entries.get(handle);
      if (!entry) {
        return { error: new RivuletError('DISPOSED', 'this service has been disposed', { handle }).toWire() };
      }
      const { service } = entry;
      if (ticket) {
        running.set(ticket, () => {
          aborted = true;
        });
      }
      try {
        const turn =
          entry.calls++ === 0
            ? service.call(method, args)
            : entry.last.then(() => {
                if (aborted) throw abortedCall();
                return service.call(method, args);
              });
        entry.last = turn.catch(() => {});
        return { value: await turn };
      } catch (error) {
        return { error: codedError(error, aborted).toWire() };
      } finally {
        entry.calls--;
        if (ticket) running.delete(ticket);
      }
    },

    direct(handle, method, args) {
      if (latest?.handle !== handle) {
        const entry = entries.get(handle);
        if (!entry) return undefined;
        latest = { handle, entry };
      }
      const { entry } = latest;
      if (entry.calls !== 0) return undefined;
      try {
        return entry.service.now?.(method, args);
      } catch (error) {
        throw codedError(error, false);
      }
    },

    close: (handle) =>
      answer(-handle, async () => {
        const entry = entries.get(handle);
        entries.delete(handle);
        latest = undefined;
        await entry?.last;
        await entry?.service.dispose();
        return undefined;
      }),

    async abort(ticket) {
      running.get(ticket)?.();
    },

    holdLock: (name) =>
      new Promise((resolve) => {
        if (!globalThis.navigator?.locks) return resolve(false);
        const held = () => {
          resolve(true);
          return new Promise(() => {});
        };
        navigator.locks.request(name, held).catch(() => resolve(false));
      }),

    async ownAddress() {
      try {
        return URL.createObjectURL(new Blob());
      } catch {
        return undefined;
      }
    },

    holdDatabase: (name) =>
      new Promise((resolve) => {
        try {
          const opening = indexedDB.open(name);
          opening.onsuccess = () => {
            // What nobody refers to would be closed.
            database = opening.result;
            resolve(Boolean(database));
          };
          opening.onerror = () => resolve(false);
        } catch {
          resolve(false);
        }
      }),

    async attachRings(there, back) {
      if (!canShareRings()) return false;
      const { serveRings } = await import('./ring/serveRings.ts');
      rings = serveRings(there, back, {
        direct: host.direct,
        call: (handle, method, args) => host.call(0, handle, method, args),
      });
      return true;
    },

    collect: (number) => answerOf(async () => valueIn(rings!.collect(number))),
  };
  return host;
}

/** How a load reads: as this host does, unless its caller brings something of their own. */
async function sourceOf(
  own: FileSource,
  files: CallerFiles,
  caller: CallerFilesApi | undefined,
): Promise<FileSource> {
  if (!caller) return files.cache === 'none' ? { read: own.read } : own;
  const { borderFiles } = await codePart('own files', () => import('./borderFiles.ts'));
  return borderFiles(own, files, caller);
}
