/**
 * The streams of one loaded model, where the model is. They keep no state here, so nothing is lost with a worker;
 * incremental runs do, and begin anew.
 */
import { RivuletError } from '@rivulet/core';
import type { AnyTensor, Session } from '../engine/engine.ts';
import type { GraphHost } from '../engine/fused/fusedSession.ts';
import { checkInitial } from './checkInitial.ts';
import { featuresOf } from './chunk.ts';
import { fusedStream } from './fusedStream.ts';
import { GrowingRun } from './growingRun.ts';
import { checkStates, namedStream } from './namedStream.ts';
import { outputOf } from './outputOf.ts';
import { type Stages, stagesOf } from './stages.ts';
import type {
  GrownOutput,
  StreamCall,
  StreamInfo,
  StreamProgram,
  StreamRequest,
  StreamResult,
  StreamService,
} from './streamProgram.ts';

type PushNow = Parameters<NonNullable<StreamProgram['pushNow']>>;

export class ModelStreams implements StreamService {
  readonly #session: Session;
  readonly #hash: Promise<string>;
  #stream: StreamProgram | undefined;
  /** The last one, which the next step is mostly of. */
  #named: { request: StreamRequest; readonly key: string; readonly program: StreamProgram } | undefined;
  #stages: Stages | undefined;
  readonly #growing = new Map<number, GrowingRun>();

  /** @param hash SHA-256 of the model's file */
  constructor(session: Session, hash: Promise<string>) {
    this.#session = session;
    this.#hash = hash;
  }

  /** @throws ONNX_UNSUPPORTED { op, node, why }, ARGUMENT, TENSOR_SHAPE, DISPOSED */
  async streamInfo(request: StreamRequest): Promise<StreamInfo> {
    const program = this.#program(request);
    const { inputs, outputs, single, even } = program;
    const states = await program.states(checkInitial(request.initial));
    return {
      ...{ hash: await this.#hash, inputs, outputs, states },
      ...(single !== undefined && { single }),
      ...(even && { even }),
    };
  }

  streamRun(request: StreamRequest, call: StreamCall): Promise<StreamResult> {
    return this.#program(request).run(call);
  }

  /** `streamRun` at once, where the engine does not wait; see StreamProgram. */
  runNow(request: StreamRequest, call: StreamCall): StreamResult | undefined {
    return this.#program(request).runNow?.(call);
  }

  /** As StreamProgram's, for callers in this thread. */
  pushNow(request: StreamRequest, ...push: PushNow): Float32Array | undefined {
    return this.#program(request).pushNow?.(...push);
  }

  /** @throws ONNX_UNSUPPORTED { op, node, why } */
  async growInfo(): Promise<StreamInfo> {
    const { inputs, outputs } = this.#cut().stages;
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
    const { host, stages } = this.#cut();
    const grown = from === 0 ? new GrowingRun(host, stages, at) : this.#growing.get(run);
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

  /** What is kept of the model's graph would keep its memory. */
  dispose(): void {
    this.#stream = undefined;
    this.#named = undefined;
    this.#stages = undefined;
    this.#growing.clear();
  }

  #program(request: StreamRequest): StreamProgram {
    const { states, timeAxis } = request;
    if (states) {
      if (this.#named?.request === request) return this.#named.program;
      // Another stream's, or the same from over a border.
      checkStates(states);
      const key = JSON.stringify([states, timeAxis]);
      const program =
        this.#named?.key === key ? this.#named.program : namedStream(this.#session, states, timeAxis);
      this.#named = { request, key, program };
      return program;
    }
    this.#stream ??= fusedStream(this.#host());
    return this.#stream;
  }

  #cut(): { readonly host: GraphHost; readonly stages: Stages } {
    const host = this.#host();
    this.#stages ??= stagesOf(host);
    return { host, stages: this.#stages };
  }

  #host(): GraphHost {
    const { graphs, engine } = this.#session;
    if (graphs) return graphs;
    const why = `${engine} does not show the states inside a graph: name them, { states: { h0: 'hn' } }`;
    const details = { op: 'graph', node: '', why, engine };
    throw new RivuletError('ONNX_UNSUPPORTED', `this model cannot be streamed, ${why}`, details);
  }
}
