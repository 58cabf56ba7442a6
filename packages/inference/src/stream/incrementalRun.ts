/** A whole run, again and again, while its input grows: for bidirectional models, which no stream can step. */
import { RivuletError, type Tensor } from '@rivulet/core';
import type { CallOptions } from '../worker/api.ts';
import { copyOfChunk, featuresOf, type StreamChunk, stepsOf } from './chunk.ts';
import { GrowingValue, type Numbers } from './growingValue.ts';
import { outputOf } from './outputOf.ts';
import type { GrownOutput, StreamInfo } from './streamProgram.ts';
import { Turns } from './turns.ts';

/** Where the model runs, which keeps what it has computed so far. */
export interface IncrementalModel {
  info(): Promise<StreamInfo>;
  /** @returns undefined when it does not have the `from` steps before: its worker died, or a push was aborted */
  push(
    output: string | undefined,
    from: number,
    chunk: Numbers,
    options: CallOptions,
  ): Promise<GrownOutput | undefined>;
  close(): Promise<void>;
}

export interface IncrementalResult {
  /** [T, O] over all steps so far, the same as a run of all of them gives. */
  readonly output: Tensor;
  /** So many steps at the beginning are as they were in the result before; the rest is new or has changed. */
  readonly stable: number;
}

export class IncrementalRun {
  readonly #model: IncrementalModel;
  readonly #name: string | undefined;
  readonly #turns = new Turns('incremental run');
  #info: StreamInfo | undefined;
  /** Kept to begin anew from. */
  #input: GrowingValue<Numbers> | undefined;
  #output: GrowingValue | undefined;

  /** Made by `model.createIncrementalRun`. @param output what `push` returns; default the graph's first */
  constructor(model: IncrementalModel, output?: string) {
    this.#model = model;
    this.#name = output;
  }

  /**
   * Forward states are kept; what runs backward is computed again only where the new end changes it.
   * @param chunk [n, F], the n steps from 1 on that came since, or their numbers alone; copied
   * @throws ONNX_UNSUPPORTED { op, node, why } for a graph that mixes steps elsewhere than in its recurrent nodes, and in
   *   convolutions that keep their number, or that the fused engine does not run; and as `Stream.push` does. After a
   *   failure the input is what it was.
   */
  async push(chunk: StreamChunk, options: CallOptions = {}): Promise<IncrementalResult> {
    const copy = copyOfChunk(chunk);
    return this.#turns.take(async (commit) => {
      this.#info ??= await this.#model.info();
      const { data, T } = stepsOf(copy, this.#info, 1, true);
      const input = this.#input ?? new GrowingValue(featuresOf(this.#info.inputs[0]!), data);
      const { last } = outputOf(this.#info, this.#name).layout;
      const from = input.steps;
      checkType(input.slice(0, 0), data);
      input.write(data, from);
      const all = (): Numbers => input.slice(0, from + T).slice();
      const grown =
        (await this.#model.push(this.#name, from, data, options)) ??
        (await this.#model.push(this.#name, 0, all(), options))!;
      commit();
      input.complete(from + T);
      this.#input = input;
      this.#output ??= new GrowingValue(grown.data.length / grown.rows, grown.data);
      const steps = last ? 1 : from + T;
      const stable = grown.rows ? this.#output.write(grown.data, grown.from) : steps;
      this.#output.complete(steps);
      const shape = [steps, this.#output.width];
      return { output: { data: this.#output.slice(0, steps).slice(), shape }, stable };
    }, options?.signal);
  }

  /** No input yet, again. */
  reset(): Promise<void> {
    return this.#turns.take(async () => {
      this.#input = undefined;
      this.#output = undefined;
    });
  }

  /** Calls made before are carried out, later ones reject with DISPOSED. Twice is once. */
  async dispose(): Promise<void> {
    await this.#turns.end();
    this.#input = undefined;
    this.#output = undefined;
    this.#closed ??= this.#model.close();
    await this.#closed;
  }

  #closed: Promise<void> | undefined;

  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  static {
    // Not everywhere yet: without the symbol there is no `await using` that would ask for it.
    if (Symbol.asyncDispose) {
      Object.defineProperty(IncrementalRun.prototype, Symbol.asyncDispose, {
        value: IncrementalRun.prototype.dispose,
      });
    }
  }
}

function checkType(before: Numbers, now: Numbers): void {
  const [expected, got] = [before.constructor.name, now.constructor.name];
  if (expected === got) return;
  throw new RivuletError('ARGUMENT', `the steps before came in a ${expected}, these in a ${got}`, {
    expected,
    got,
  });
}
