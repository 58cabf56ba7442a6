/**
 * onnxruntime-web behind the same interface: for graphs that the fused engine does not cover. It is a large
 * module (14 MB of WebAssembly), so it is imported only when a model needs it, and only by entries that chose to
 * carry it (ortLoader.ts).
 */
import { fromHalf, RivuletError, type Tensor, toHalf } from '@rivulet/core';
import type * as Ort from 'onnxruntime-web/wasm';
import type { AnyTensor, Session, ValueInfo } from './engine.ts';
import { checkFeeds } from './feeds.ts';
import type { OrtLoader } from './ortLoader.ts';

/** Calls wait for each other: a session of onnxruntime refuses to run twice at once. */
export async function createOrtSession(bytes: Uint8Array, load: OrtLoader): Promise<Session> {
  const ort = await load().catch((cause: unknown) => {
    throw new RivuletError(
      'ENGINE_UNAVAILABLE',
      `onnxruntime-web could not be loaded: ${cause}`,
      { engine: 'ort', reason: String(cause) },
      cause,
    );
  });
  // One thread needs no SharedArrayBuffer and gives the same bits every time; 3: errors only.
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  let session: Ort.InferenceSession;
  try {
    session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'], logSeverityLevel: 3 });
  } catch (cause) {
    throw refused('load', cause);
  }
  try {
    return new OrtSession(ort, session);
  } catch (error) {
    // Its memory is not ours to collect.
    await session.release();
    throw error;
  }
}

function refused(doing: string, cause: unknown): RivuletError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RivuletError(
    'ONNX_UNSUPPORTED',
    `onnxruntime-web could not ${doing} this model: ${reason}`,
    { reason },
    cause,
  );
}

class OrtSession implements Session {
  readonly engine = 'ort';
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly #ort: typeof Ort;
  #session: Ort.InferenceSession | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(ort: typeof Ort, session: Ort.InferenceSession) {
    this.#ort = ort;
    this.#session = session;
    this.inputs = session.inputMetadata.map(info);
    this.outputs = session.outputMetadata.map(info);
  }

  async run(feeds: Readonly<Record<string, AnyTensor>>): Promise<Record<string, Tensor>> {
    const session = this.#session;
    if (!session) throw new RivuletError('DISPOSED', 'this model has been disposed', {});
    checkFeeds(this.inputs, feeds);
    // Its turn comes later, and the caller may write into them by then.
    const tensors = this.inputs.map(({ name, type }) => {
      const { data, shape } = feeds[name]!;
      const own = type === 'float16' ? Uint16Array.from(data as Float32Array, toHalf) : data.slice();
      return [name, new this.#ort.Tensor(type as 'float32', own as Float32Array, [...shape])] as const;
    });
    const next = this.#last.then(() => this.#run(session, Object.fromEntries(tensors)));
    this.#last = next.catch(() => {});
    return next;
  }

  async #run(
    session: Ort.InferenceSession,
    feeds: Ort.InferenceSession.FeedsType,
  ): Promise<Record<string, Tensor>> {
    let results: Ort.InferenceSession.ReturnType;
    try {
      results = await session.run(feeds);
    } catch (cause) {
      throw refused('run', cause);
    }
    return Object.fromEntries(
      Object.entries(results).map(([name, { type, data, dims }]) => [
        name,
        { data: floatsOf(type, data), shape: [...dims] },
      ]),
    );
  }

  async dispose(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await this.#last;
    await session?.release();
  }
}

/** Every output comes out as float32: that is what `run` promises. */
function floatsOf(type: string, data: Ort.Tensor['data']): Float32Array {
  if (data instanceof Float32Array) return data;
  // Bits, where the platform has no array of halves.
  if (type === 'float16' && data instanceof Uint16Array) return Float32Array.from(data, fromHalf);
  return Float32Array.from(data as never, Number);
}

function info(value: Ort.InferenceSession.ValueMetadata): ValueInfo {
  if (!value.isTensor) {
    throw new RivuletError('ONNX_UNSUPPORTED', `"${value.name}" is no tensor`, { value: value.name });
  }
  const { name, type, shape } = value;
  // Of any number of dimensions looks like one of none: it checks that itself.
  const unranked = shape.length === 0 && { unranked: true as const };
  return { name, type, shape: shape.map((n) => (isOpen(n) ? -1 : n)), ...unranked };
}

/** A dimension without a name comes as its -1 read without a sign. */
const isOpen = (n: number | string): boolean => n === '' || n === 2 ** 32 - 1;
