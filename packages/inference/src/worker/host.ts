/** The side that owns the models: opens services, runs their calls one after the other, answers with values. */
import { RivuletError } from '@rivulet/core';
import type { ReadBytes } from '../load/readBytes.ts';
import type { Answer, HostApi } from './api.ts';
import { type OpenedService, openService } from './services.ts';

interface Entry {
  readonly service: OpenedService;
  /** Settles when every call so far has. */
  last: Promise<unknown>;
}

/** @param read how this host reads files */
export function createHost(read: ReadBytes): HostApi {
  const entries = new Map<number, Entry>();
  const running = new Map<number, AbortController>();
  let handles = 0;

  async function answer<T>(ticket: number, work: (signal: AbortSignal) => Promise<T>): Promise<Answer<T>> {
    const controller = new AbortController();
    running.set(ticket, controller);
    try {
      return { value: await work(controller.signal) };
    } catch (error) {
      return { error: codedError(error, controller.signal).toWire() };
    } finally {
      running.delete(ticket);
    }
  }

  return {
    open: (ticket, name, location, options, onProgress) =>
      answer(ticket, async (signal) => {
        const service = await openService(name, location, { ...options, read, signal, onProgress });
        if (signal.aborted) {
          await service.dispose();
          throw abortedCall();
        }
        entries.set(++handles, { service, last: Promise.resolve() });
        return handles;
      }),

    call: (ticket, handle, method, args) =>
      answer(ticket, (signal) => {
        const entry = entries.get(handle);
        if (!entry) throw new RivuletError('DISPOSED', 'this service has been disposed', { handle });
        const turn = entry.last.then(() => {
          if (signal.aborted) throw abortedCall();
          return entry.service.call(method, args);
        });
        entry.last = turn.catch(() => {});
        return turn;
      }),

    close: (handle) =>
      answer(-handle, async () => {
        const entry = entries.get(handle);
        entries.delete(handle);
        await entry?.last;
        await entry?.service.dispose();
        return undefined;
      }),

    async abort(ticket) {
      running.get(ticket)?.abort();
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
  };
}

const abortedCall = (): RivuletError => new RivuletError('ABORTED', 'the call was aborted', {});

/** Everything that crosses has a code. */
function codedError(error: unknown, signal: AbortSignal): RivuletError {
  if (error instanceof RivuletError) return error;
  if (signal.aborted) return abortedCall();
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const memory = error instanceof RangeError && /alloc|memory/i.test(error.message);
  return new RivuletError(memory ? 'OUT_OF_MEMORY' : 'INTERNAL', reason, { reason });
}
