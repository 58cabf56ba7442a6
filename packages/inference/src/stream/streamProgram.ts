/** What a session gives a stream: one call that goes on from given states and returns the next ones. */
import type { Tensor } from '@rivulet/core';
import type { AnyTensor } from '../engine/engine.ts';

/**
 * How a tensor of the graph carries T steps of B sequences: its elements are
 * [before, T, between, B, after] (`timeFirst`) or [before, B, between, T, after]; `after` is what is left.
 */
export interface Layout {
  readonly before: number;
  readonly timeFirst: boolean;
  readonly between: number;
  /** Only the newest step is there, T = 1 whatever was pushed: what follows from a final state. */
  readonly last?: true;
}

/** An input or an output of each push. */
export interface StreamPort {
  readonly name: string;
  /** As the graph declares it; `T` and `B` stand for steps and sequences, -1 for what the graph leaves open. */
  readonly shape: readonly (number | 'T' | 'B')[];
  readonly layout: Layout;
}

/** [before, B, after] of B sequences. */
export interface StreamState {
  readonly name: string;
  readonly before: number;
  readonly after: number;
  /** What one sequence begins with, [before, after]. */
  readonly initial: Float32Array;
}

/** Plain data, the same on both sides of a worker's border. */
export interface StreamInfo {
  /** SHA-256 of the model's file, hexadecimal. */
  readonly hash: string;
  readonly inputs: readonly StreamPort[];
  readonly outputs: readonly StreamPort[];
  readonly states: readonly StreamState[];
  /** Why its sequences cannot be stepped as one batch. */
  readonly single?: string;
  /** One call takes all of its sequences by the same number of steps. */
  readonly even?: true;
}

/** What a stream asks for once; plain data. */
export interface StreamRequest {
  /** Names of inputs that are states, with the outputs that hold the next ones: `{ h0: 'hn' }`. */
  readonly states?: Readonly<Record<string, string>> | undefined;
  /** The axis of time in inputs and outputs, where `states` names the states. Default 0. */
  readonly timeAxis?: 0 | 1 | undefined;
  /** Initial states by the graph's input names; default zeros. */
  readonly initial?: Readonly<Record<string, AnyTensor>> | undefined;
}

export interface StreamCall {
  /** Every port by name, in the graph's own shape. */
  readonly feeds: Readonly<Record<string, AnyTensor>>;
  /** In the order of `StreamInfo.states`, each [before, B, after]. */
  readonly states: readonly Float32Array[];
  readonly batch: number;
  /** [B] steps that each sequence really has; default all of them. */
  readonly lengths?: Int32Array | undefined;
}

export interface StreamResult {
  readonly outputs: Record<string, Tensor>;
  readonly states: readonly Float32Array[];
}

/** A graph made ready to stream. */
export interface StreamProgram {
  readonly inputs: readonly StreamPort[];
  readonly outputs: readonly StreamPort[];
  readonly single?: string;
  /** See StreamInfo. */
  readonly even?: true;
  /** @throws ARGUMENT for an initial state that the graph does not take, TENSOR_SHAPE for one of another shape */
  states(initial: Readonly<Record<string, AnyTensor>>): Promise<readonly StreamState[]>;
  /** @throws as `Session.run` does */
  run(call: StreamCall): Promise<StreamResult>;
  /** `run` for a caller that need not wait, where the engine does not. */
  runNow?(call: StreamCall): StreamResult;
  /**
   * The same for T steps of each of `batch` sequences, of a graph of one input beside its states.
   * @param chunk in the graph's order
   * @param next gets the next states
   * @returns the output in the graph's order; undefined where an output is no state, and then what is in `next` is worth nothing
   */
  pushNow?(
    chunk: AnyTensor['data'],
    T: number,
    batch: number,
    output: string,
    states: readonly Float32Array[],
    next: readonly Float32Array[],
  ): Float32Array | undefined;
}

/** What one push changed in an output over all steps so far; plain data. */
export interface GrownOutput {
  /** [rows, O] */
  readonly data: Float32Array;
  /** The step that `data` begins with. */
  readonly from: number;
  readonly rows: number;
}

/** What the host of a model does for its streams. */
export interface StreamService {
  streamInfo(request: StreamRequest): Promise<StreamInfo>;
  /** One push of whatever stream: the caller keeps the states. */
  streamRun(request: StreamRequest, call: StreamCall): Promise<StreamResult>;
  growInfo(): Promise<StreamInfo>;
  /** One push of an incremental run, which is kept here; undefined when the `from` steps before are not. */
  growPush(
    run: number,
    output: string | undefined,
    from: number,
    chunk: AnyTensor['data'],
  ): Promise<GrownOutput | undefined>;
  growClose(run: number): Promise<void>;
}
