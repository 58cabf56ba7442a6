/** The streams of one loaded model, where the model is: they keep no state here, so nothing is lost with a worker. */
import { RivuletError } from '@rivulet/core';
import type { Session } from '../engine/engine.ts';
import { namedStream } from './namedStream.ts';
import type { StreamCall, StreamInfo, StreamProgram, StreamRequest, StreamResult } from './streamProgram.ts';

export class ModelStreams {
  readonly #session: Session;
  readonly #hash: Promise<string>;

  /** @param hash SHA-256 of the model's file */
  constructor(session: Session, hash: Promise<string>) {
    this.#session = session;
    this.#hash = hash;
    // Looked at when the first stream asks.
    hash.catch(() => {});
  }

  /** @throws ONNX_UNSUPPORTED { op, node, why }, ARGUMENT, TENSOR_SHAPE, DISPOSED */
  async info(request: StreamRequest): Promise<StreamInfo> {
    const program = this.#program(request);
    const { inputs, outputs, single } = program;
    const states = await program.states(request.initial ?? {});
    return { hash: await this.#hash, inputs, outputs, states, ...(single === undefined ? {} : { single }) };
  }

  run(request: StreamRequest, call: StreamCall): Promise<StreamResult> {
    return this.#program(request).run(call);
  }

  #program({ states, timeAxis }: StreamRequest): StreamProgram {
    if (states) return namedStream(this.#session, states, timeAxis);
    if (this.#session.stream) return this.#session.stream();
    const why = `${this.#session.engine} does not show the states inside a graph: name them, { states: { h0: 'hn' } }`;
    throw new RivuletError('ONNX_UNSUPPORTED', `this model cannot be streamed, ${why}`, {
      op: 'graph',
      node: '',
      why,
      engine: this.#session.engine,
    });
  }
}
