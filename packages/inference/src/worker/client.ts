/**
 * The caller's side: opens services over a connection that it makes when first needed, and makes anew after the
 * host died. What was pending then rejects with WORKER_DIED; the next call on a service loads its model again.
 */
import { type Answer, orAborted, RivuletError } from '@rivulet/core';
import { manifestAddress } from '../load/manifestAddress.ts';
import type { LoadProgress } from '../load/modelFolder.ts';
import { apart } from './apart.ts';
import type {
  CallOptions,
  Connection,
  Opened,
  OpenOptions,
  Remote,
  ServiceName,
  ServiceOptions,
  ServiceTable,
} from './api.ts';
import { callerFiles } from './callerFiles.ts';
import { checkOptions, checkSignal } from './checkOptions.ts';
import { Link } from './link.ts';

/** How long an idle host is kept for the next service (a manifest is often followed by its model). */
const IDLE_MS = 2000;

/** Where a service runs. */
interface Place {
  link: Link;
  handle: Promise<number>;
  /** The handle, where it needs no waiting; else 0. */
  known: number;
  /** What calls by message wait for in a row. */
  gate?: Promise<number> | undefined;
  /** The last call by ring, while it has no answer. */
  byRing?: Promise<unknown> | undefined;
  /** Calls by message that have no answer. */
  byMessage: number;
  /** It could not be opened there. */
  failed?: true;
}

interface Recipe {
  readonly name: ServiceName;
  readonly location: string | Uint8Array;
  readonly options: ServiceOptions;
  /** Plain data, and the calls that loading makes back. */
  readonly load: ReturnType<typeof callerFiles>;
}

export class ServiceClient {
  readonly #connect: () => Connection;
  #link: Link | undefined;
  #open = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;

  /** @param connect starts a host */
  constructor(connect: () => Connection) {
    this.#connect = connect;
  }

  /**
   * @param location URL or path, already resolved against the page; or the bytes of a model
   * @throws whatever loading throws; nothing of a failure is kept
   */
  async open<N extends ServiceName>(
    name: N,
    location: string | Uint8Array,
    given: OpenOptions = {},
  ): Promise<Remote<ServiceTable[N]>> {
    checkOptions(given);
    const { signal, onProgress, fetch, cache, ...options } = given;
    this.#open++;
    clearTimeout(this.#idle);
    try {
      const recipe = { name, location, options, load: callerFiles({ fetch, cache }) };
      const starts = !this.#link?.alive;
      const link = this.#linked();
      const early = starts && link.connection.early ? firstFile(recipe) : undefined;
      const opened = await this.#openOn(link, recipe, signal, onProgress, early);
      return this.#remote(recipe, link, opened);
    } catch (error) {
      this.#closed();
      throw error;
    }
  }

  #remote<N extends ServiceName>(
    recipe: Recipe,
    link: Link,
    { handle, about }: Opened,
  ): Remote<ServiceTable[N]> {
    let at: Place = { link, handle: Promise.resolve(handle), known: handle, byMessage: 0 };
    let disposal: Promise<void> | undefined;
    const dispose = async (): Promise<void> => {
      try {
        const { link: last } = at;
        const there = await gateOf(at).catch(() => 0);
        if (last.alive && there) await last.ask(undefined, (api) => api.close(there));
      } catch (error) {
        // What died has freed everything.
        if (!(error instanceof RivuletError && error.code === 'WORKER_DIED')) throw error;
      } finally {
        this.#closed();
      }
    };
    const direct = (method: string, args: readonly unknown[]): unknown => {
      const { link, known } = at;
      return disposal || !link.alive || !known ? undefined : link.connection.direct?.(known, method, args);
    };
    return {
      about: about as Remote<ServiceTable[N]>['about'],
      now: direct as Remote<ServiceTable[N]>['now'],
      call: (method: string, args: readonly unknown[], options?: CallOptions) => {
        const signal = options?.signal;
        if (disposal) {
          return Promise.reject(new RivuletError('DISPOSED', `this ${recipe.name} has been disposed`, {}));
        }
        try {
          if (signal) checkSignal(signal);
          if (at.failed || !at.link.alive) at = this.#again(recipe);
        } catch (error) {
          return Promise.reject(error);
        }
        if (!signal) {
          try {
            const done = direct(method, args);
            if (done) return Promise.resolve(done) as never;
          } catch (error) {
            return Promise.reject(error);
          }
        }
        const now = at;
        const { ring } = now.link.connection;
        if (ring && now.known && !signal && now.byMessage === 0) {
          const answer = ring(now.known, method, args);
          if (answer) return askByRing(now, answer) as never;
        }
        const ask = (there: number): Promise<unknown> =>
          signal
            ? now.link.ask(signal, (api, ticket) => api.call(ticket, there, method, args))
            : now.link.askPlainly(now.link.connection.api.call(NO_TICKET, there, method, args));
        const free = now.known && !now.byRing && !now.gate;
        const asked = free ? ask(now.known) : gateOf(now).then(ask);
        if (ring) {
          now.byMessage++;
          const done = (): void => void now.byMessage--;
          asked.then(done, done);
        }
        return (signal ? orAborted(asked, signal) : asked) as never;
      },
      async tell(method, args) {
        if (!disposal && !at.failed && at.link.alive) await this.call(method, args as never).catch(() => {});
      },
      dispose: () => (disposal ??= dispose()),
    };
  }

  /** A service that died is opened anew; should that fail, the next call tries again. */
  #again(recipe: Recipe): Place {
    const link = this.#linked();
    const fresh: Place = {
      link,
      handle: this.#openOn(link, recipe, undefined, undefined).then(({ handle }) => handle),
      known: 0,
      byMessage: 0,
    };
    fresh.handle.then(
      (handle) => {
        fresh.known = handle;
      },
      () => {
        fresh.failed = true;
      },
    );
    return fresh;
  }

  async #openOn(
    link: Link,
    { name, location, options, load }: Recipe,
    signal: AbortSignal | undefined,
    onProgress: ((progress: LoadProgress) => void) | undefined,
    early?: string,
  ): Promise<Opened> {
    const { callback } = link.connection;
    const progress = onProgress && callback(apart(onProgress));
    const caller = load.api && callback(load.api);
    return link.ask(
      signal,
      (api, ticket) => {
        if (early !== undefined) {
          link.connection.early?.({ ticket, location: early, watched: onProgress !== undefined }, signal);
        }
        return api.open(ticket, name, location, options, progress, load.files, caller, early);
      },
      // Opened while the order to abort was on its way: nobody else will ever close it.
      ({ handle }) => void link.connection.api.close(handle),
    );
  }

  #linked(): Link {
    if (!this.#link?.alive) this.#link = new Link(this.#started());
    return this.#link;
  }

  /** @throws ENGINE_UNAVAILABLE where workers are forbidden or missing */
  #started(): Connection {
    try {
      return this.#connect();
    } catch (cause) {
      const reason = String(cause);
      throw new RivuletError(
        'ENGINE_UNAVAILABLE',
        `no worker could be started: ${reason}`,
        { reason },
        cause,
      );
    }
  }

  /** With its last service the host goes, and its memory with it. */
  #closed(): void {
    if (--this.#open > 0) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      this.#link?.end();
      this.#link = undefined;
    }, IDLE_MS);
    // In Node a waiting timer would keep the process alive.
    (this.#idle as { unref?: () => void }).unref?.();
  }
}

/** What a host will fetch first, whatever it keeps; undefined where it may not, or not by a `fetch` of its own. */
function firstFile({ name, location, options, load }: Recipe): string | undefined {
  if (load.api || typeof location !== 'string' || !/^https?:/.test(location)) return undefined;
  if (name !== 'model') return manifestAddress(location);
  return options.sha256 === undefined ? location : undefined;
}

/** For a call that nobody can abort. */
const NO_TICKET = 0;

/** A ring and messages may overtake each other, so a service has calls by one of them at a time. */
function askByRing(place: Place, answer: Promise<Answer<unknown>>): Promise<unknown> {
  const asked = place.link.askPlainly(answer);
  place.byRing = asked;
  const done = (): void => {
    if (place.byRing === asked) place.byRing = undefined;
  };
  asked.then(done, done);
  return asked;
}

/**
 * The handle, once it is known and no call by ring is under way. One for all who wait, so that they go on in the
 * order in which they came, and nobody between them.
 */
function gateOf(place: Place): Promise<number> {
  if (place.gate) return place.gate;
  const { byRing, handle } = place;
  const gate = (byRing ?? handle).then(
    () => handle,
    // What went down with the worker takes what waited for it along.
    (error) => (byRing && place.link.alive ? handle : Promise.reject(error)),
  );
  const clear = (): void => {
    place.gate = undefined;
  };
  gate.then(clear, clear);
  place.gate = gate;
  return gate;
}
