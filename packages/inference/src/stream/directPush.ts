/**
 * Pushes on a stream whose model is in this very thread: nothing waits, and nothing is copied that is read at once. A
 * step of a small network takes a microsecond, which promises and arrays for its states would double and double again.
 */
import type { Tensor } from '@rivulet/core';
import { checkFinite, featuresOf, type StreamChunk } from './chunk.ts';
import { fromGraph, toGraph } from './layout.ts';
import { outputOf } from './outputOf.ts';
import type { StreamMoment } from './snapshot.ts';
import type { StreamModel } from './stream.ts';
import type { StreamInfo, StreamPort } from './streamProgram.ts';

export class DirectPush {
  readonly #model: StreamModel;
  readonly #input: StreamPort;
  readonly #output: StreamPort;
  readonly #features: number;
  /** Two sets of states: a push reads the one and writes the other, so that a failed one has changed nothing. */
  readonly #states: readonly [readonly Float32Array[], readonly Float32Array[]];
  /** What the last push came to; its arrays are written again two pushes later. */
  moment: StreamMoment | undefined;

  /**
   * @param info of a model of one input
   * @param output what `push` returns; default the graph's first
   * @throws ARGUMENT for an output that the model does not have
   */
  constructor(model: StreamModel, info: StreamInfo, output: string | undefined) {
    this.#model = model;
    this.#input = info.inputs[0]!;
    this.#output = outputOf(info, output);
    this.#features = featuresOf(this.#input);
    const made = (): Float32Array[] =>
      info.states.map(({ before, after }) => new Float32Array(before * after));
    this.#states = [made(), made()];
  }

  /**
   * @returns undefined for what is not for here, a chunk that is to be refused or a model that has to be waited for, and
   *   nothing was done
   * @throws as `Stream.push` rejects
   */
  push(chunk: StreamChunk, { states, steps }: StreamMoment): Tensor | undefined {
    const T = this.#stepsIn(chunk);
    if (T === 0) return undefined;
    const data = ArrayBuffer.isView(chunk) ? chunk : chunk.data;
    checkFinite(this.#input.name, data);
    const [one, other] = this.#states;
    const next = states === one ? other : one;
    const { name, layout } = this.#output;
    const numbers = toGraph(data, this.#input.layout, T, 1);
    const result = this.#model.pushNow(numbers, T, 1, name, states, next);
    if (!result) return undefined;
    this.moment = { steps: steps + T, states: next };
    const rows = layout.last ? 1 : T;
    return { data: fromGraph(result, layout, T, 1), shape: [rows, result.length / rows] };
  }

  /** 0 for a chunk that is not whole steps. */
  #stepsIn(chunk: StreamChunk): number {
    const features = this.#features;
    const bare = ArrayBuffer.isView(chunk);
    const data = bare ? chunk : chunk?.data;
    if (!ArrayBuffer.isView(data)) return 0;
    const T = data.length / features;
    if (!Number.isInteger(T)) return 0;
    if (bare) return T;
    const { shape } = chunk;
    return Array.isArray(shape) && shape.length === 2 && shape[0] === T && shape[1] === features ? T : 0;
  }
}
