/**
 * The contract of the worker border: types only, so that both sides and their tests can import it for free.
 * The border knows services by name and methods by name; it knows nothing of ink or sensors.
 */
import type { Answer, Manifest, Tensor } from '@rivulet/core';
import type { AnyTensor, EngineChoice, EngineName, ValueInfo } from '../engine/engine.ts';
import type { ForecastBand, ForecastRequest } from '../forecaster/index.ts';
import type { LoadOptions } from '../load/modelCache.ts';
import type { LoadProgress, WeightType } from '../load/modelFolder.ts';
import type { EarlyAnswer } from '../load/readEarly.ts';
import type { InkService } from '../recogniser/inkService.ts';
import type { StreamService } from '../stream/streamProgram.ts';

/** Every service that can be opened. Adding one: a line here, one in services.ts. */
export interface ServiceTable {
  /** A model's folder, to look at its manifest before loading it. */
  folder: FolderService;
  /** Any ONNX file. */
  model: ModelService;
  recogniser: InkService;
  forecaster: ForecasterService;
}

export type ServiceName = keyof ServiceTable;

export interface FolderService {
  manifest(): Promise<Manifest>;
}

export interface ModelInfo {
  readonly engine: EngineName;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}

export interface ModelService extends StreamService {
  readonly about: ModelInfo;
  run(feeds: Readonly<Record<string, AnyTensor>>): Promise<Record<string, Tensor>>;
}

export interface ForecasterService {
  predict(request: ForecastRequest): Promise<ForecastBand>;
}

/** Plain data. */
type About<S> = S extends { readonly about: infer A } ? A : undefined;

/** Options that a service is opened with; plain data, kept to open it again after its worker died. */
export interface ServiceOptions {
  readonly engine?: EngineChoice | undefined;
  /**
   * How to compute. Default: with int8 weights where the folder has both, and with the activations that a file says its
   * weights were trained for. A single ONNX file has the weights it has: int8 or int8a7 say how int8 ones are run.
   */
  readonly dtype?: WeightType | undefined;
  /**
   * SIMD of the fused engine. Default `auto`: the faster one here. `plain` gives the same bits on every
   * processor, `relaxed` may differ between processors in the last of them.
   */
  readonly variant?: 'auto' | 'plain' | 'relaxed' | undefined;
  /** BCP 47 tags that a recogniser must know, all of them: one that does not is refused before its weights come. */
  readonly languages?: readonly string[] | undefined;
  /**
   * Of the file that `loadModel` reads, in hexadecimal: another one is refused, and once it is kept the network is
   * not asked again. A model's folder states its own.
   */
  readonly sha256?: string | undefined;
}

export interface OpenOptions extends ServiceOptions, LoadOptions, CallOptions {
  /** Called as the model's file arrives; not when a dead worker's services are opened again. */
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

export interface CallOptions {
  /** Aborting rejects at once with ABORTED and drops the call if it is still waiting its turn. */
  readonly signal?: AbortSignal | undefined;
}

type MethodName<S> = {
  [K in keyof S]: S[K] extends (...args: never[]) => Promise<unknown> ? K : never;
}[keyof S] &
  string;

/**
 * A loaded service, wherever it lives: in the worker (web) or in this process (Node).
 * Calls on one service run in the order they were made. Arguments and results are copied by structured
 * clone, so they must be plain data and typed arrays.
 */
export interface Remote<S> {
  /** What the service says of itself, come with the answer that it is open: who asked would wait once more. */
  readonly about: About<S>;
  call<M extends MethodName<S>>(
    method: M,
    args: S[M] extends (...args: infer A) => unknown ? A : never,
    options?: CallOptions,
  ): Promise<S[M] extends (...args: never[]) => Promise<infer R> ? R : never>;
  /**
   * `call` without a promise: the result, or undefined where there is none at once, and nothing was called. Arguments are
   * read before it returns.
   * @throws what `call` rejects with
   */
  now(method: string, args: readonly unknown[]): unknown;
  /** `call` for what matters to a service only while it is there: none is opened again for it, and it never fails. */
  tell(method: MethodName<S>, args: readonly unknown[]): Promise<void>;
  /** Frees the service and its model. Later calls reject with DISPOSED. */
  dispose(): Promise<void>;
}

/** What of loading is the caller's own, see callerFiles.ts. */
export interface CallerFiles {
  readonly fetches: boolean;
  readonly cache: 'default' | 'none' | 'caller';
}

/** `id` names one fetch, by the host's count. */
export interface CallerFilesApi {
  open(id: number, location: string, fresh: boolean): Promise<Answer<ResponseHead>>;
  /** The next chunk; undefined after the last one. */
  pull(id: number): Promise<Answer<Uint8Array | undefined>>;
  cancel(id: number): Promise<void>;
  get(location: string, sha256: string | undefined): Promise<Answer<Uint8Array | undefined>>;
  put(location: string, bytes: Uint8Array, sha256: string | undefined): Promise<Answer<void>>;
}

export interface ResponseHead {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: [string, string][];
  /** Whether there is one. */
  readonly body: boolean;
}

export interface Opened {
  readonly handle: number;
  /** See Remote. */
  readonly about: unknown;
}

/** What the host offers. `ticket` names a call so that it can be aborted; 0 names none. */
export interface HostApi {
  /** @param early the address of a file that will come by `early` */
  open(
    ticket: number,
    name: ServiceName,
    location: string | Uint8Array,
    options: ServiceOptions,
    onProgress: ((progress: LoadProgress) => void) | undefined,
    files: CallerFiles,
    caller: CallerFilesApi | undefined,
    early: string | undefined,
  ): Promise<Answer<Opened>>;
  /** The answer to a file's `fetch` that the caller has made for an `open`; undefined: that had none. */
  early(ticket: number, answer: EarlyAnswer | undefined): Promise<void>;
  call(ticket: number, handle: number, method: string, args: readonly unknown[]): Promise<Answer<unknown>>;
  close(handle: number): Promise<Answer<undefined>>;
  abort(ticket: number): Promise<void>;
  /**
   * Calls by `ringCaller` from now on.
   * @returns false where this host cannot wait for them
   */
  attachRings(there: SharedArrayBuffer, back: SharedArrayBuffer): Promise<boolean>;
  /** The answer to a call by ring that no ring takes: once. */
  collect(number: number): Promise<Answer<unknown>>;
  /** Holds a lock for the host's whole life: who gets it afterwards knows that the host is dead. */
  holdLock(name: string): Promise<boolean>;
  /** A `blob:` address that the browser forgets when the host is gone; undefined where nobody can make one. */
  ownAddress(): Promise<string | undefined>;
  /** Opens a database, and has it open until the host is gone. @returns false where there are none */
  holdDatabase(name: string): Promise<boolean>;
}

export interface EarlyFile {
  /** Of the `open` that it is for. */
  readonly ticket: number;
  readonly location: string;
  /** Somebody watches it arrive. */
  readonly watched: boolean;
}

/** A running host as its client sees it. */
export interface Connection {
  readonly api: HostApi;
  /**
   * Only where the host lives in the caller's own thread: the result of a call that waits for nothing, or undefined when
   * it would have to. Half the time of a small network's step is saved by not asking a queue.
   * @throws coded errors
   */
  direct?(handle: number, method: string, args: readonly unknown[]): unknown;
  /**
   * Only where both sides share memory: a call by ring, or undefined for one that is not for the ring. It may overtake
   * calls of `api`, and be overtaken.
   */
  ring?(handle: number, method: string, args: readonly unknown[]): Promise<Answer<unknown>> | undefined;
  /** Only where a host takes its time to start: fetches a file for an `open` beside that. */
  early?(file: EarlyFile, signal: AbortSignal | undefined): void;
  /** Makes a callback, or an object of them, fit for the border. */
  callback<F extends object>(f: F): F;
  /**
   * @param listener called once, with a reason, when the host is gone without being asked to
   * @param busy whether a call waits for an answer: else nobody needs to look
   */
  onDeath(listener: (reason: string) => void, busy: () => boolean): void;
  /** Ends the host; its memory goes back to the system. */
  end(): void;
}
