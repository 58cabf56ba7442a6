/**
 * The streams of one loaded model, where the model is. They keep no state here, so nothing is lost with a worker;
 * incremental runs do, and begin anew.
 */
import { RivuletError } from '@rivulet/core';
import type { AnyTensor, Session } from '../engine/engine.ts';
import { featuresOf } from './chunk.ts';
import type { GrowingRun } from './growingRun.ts';
import { namedStream } from './namedStream.ts';
import { outputOf } from './outputOf.ts';
import type {
  GrownOutput,
  StreamCall,
  StreamInfo,
  StreamProgram,
  StreamRequest,
  StreamResult,
} from './streamProgram.ts';

export class ModelStreams {
  readonly #session: Session;
  readonly #hash: Promise<string>;
  readonly #growing = new Map<number, GrowingRun>();

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

  /** @throws ONNX_UNSUPPORTED { op, node, why } */
  async growInfo(): Promise<StreamInfo> {
    if (!this.#session.stages) throw this.#closed();
    const { inputs, outputs } = this.#session.stages();
    return { hash: '', inputs, outputs, states: [] };
  }

  /**
   * @param run the caller's number for it
   * @param from steps that the run must have; 0 begins it anew
   * @returns undefined when it has not
   */
  async growPush(
    run: number,
    output: string | undefined,
    from: number,
    chunk: AnyTensor['data'],
  ): Promise<GrownOutput | undefined> {
    const info = await this.growInfo();
    const at = info.outputs.indexOf(outputOf(info, output));
    const grown = from === 0 ? this.#session.grow!(at) : this.#growing.get(run);
    // Kept again when it comes through whole.
    this.#growing.delete(run);
    if (grown?.steps !== from) return undefined;
    const result = grown.push(chunk, featuresOf(info.inputs[0]!));
    this.#growing.set(run, grown);
    return result;
  }

  async growClose(run: number): Promise<void> {
    this.#growing.delete(run);
  }

  #program({ states, timeAxis }: StreamRequest): StreamProgram {
    if (states) return namedStream(this.#session, states, timeAxis);
    if (this.#session.stream) return this.#session.stream();
    throw this.#closed();
  }

  /** The graph is closed to us. */
  #closed(): RivuletError {
    const { engine } = this.#session;
    const why = `${engine} does not show the states inside a graph: name them, { states: { h0: 'hn' } }`;
    const details = { op: 'graph', node: '', why, engine };
    return new RivuletError('ONNX_UNSUPPORTED', `this model cannot be streamed, ${why}`, details);
  }
}
