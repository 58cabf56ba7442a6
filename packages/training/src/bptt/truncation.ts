/**
 * Truncated back-propagation through time (Williams and Peng 1990): after every k1 steps of a sequence the weights
 * move, by a gradient that reaches k2 steps back. States go on from chunk to chunk; gradients do not.
 */
import { RivuletError } from '@rivulet/core';
import type { LossSum } from '../losses/loss.ts';
import type { ForwardMode, Network, NetworkState } from '../nn/network.ts';
import type { NetworkPlan } from '../nn/networkPlan.ts';
import type { Recipe } from '../recipe.ts';
import type { Batch, LaneTensor, TaskData } from '../task.ts';

export interface Truncation {
  /** Steps of a chunk, whose loss moves the weights once. */
  readonly k1: number;
  /** Steps that the gradient of a chunk reaches back from its end, no fewer than k1. */
  readonly k2: number;
}

/**
 * @returns undefined where the recipe goes back through whole sequences
 * @throws RECIPE_INVALID for a layer that needs the whole sequence, naming it, and for a k2 that leaves out steps
 */
export function truncationOf({ bptt, network }: Recipe, plan: NetworkPlan): Truncation | undefined {
  if (!bptt) return undefined;
  const { k1, k2 = k1 } = bptt;
  const refuse = (key: string, message: string, got: unknown): never => {
    throw new RivuletError('RECIPE_INVALID', `The recipe's ${key} is wrong: ${message}`, { key, got });
  };
  if (k2 < k1)
    refuse('bptt.k2', `it is less than k1: of each ${k1} steps only the last ${k2} would teach`, k2);
  const whole = plan.nodes.findIndex((node) => !node.streams);
  if (whole >= 0) {
    const { name } = plan.nodes[whole]!;
    const key = `network.layers.${whole - Object.keys(network.inputs).length}`;
    refuse(key, `${name} needs the whole sequence, which bptt cuts`, name);
  }
  return { k1, k2 };
}

/** One batch on its way through time. */
export class TruncatedPass {
  /** Chunks of the longest sequence. */
  readonly chunks: number;
  /** Of the batch: which sample lies in each lane. */
  readonly order: Batch['order'];
  readonly #network: Network;
  readonly #data: TaskData;
  readonly #batch: Batch;
  readonly #truncation: Truncation;
  readonly #mode: ForwardMode;
  readonly #T: number;
  /** Nodes that go through the sequence; a layer over what stands beside it begins anew in every chunk. */
  readonly #sequenceNodes: readonly number[];
  /** The state from which the next chunk's window runs. */
  #state: NetworkState = {};

  /** @throws RECIPE_INVALID when the task's targets cannot be cut */
  constructor(network: Network, data: TaskData, batch: Batch, truncation: Truncation, mode: ForwardMode) {
    if (!data.window) {
      throw new RivuletError('RECIPE_INVALID', 'This task has no targets by step, which bptt needs', {
        key: 'bptt',
      });
    }
    const first = network.plan.nodes[network.plan.inputs[0]!]!;
    this.#network = network;
    this.#data = data;
    this.#batch = batch;
    this.order = batch.order;
    this.#truncation = truncation;
    this.#mode = mode;
    this.#T = batch.inputs[first.name]?.T ?? 0;
    this.chunks = Math.ceil(this.#T / truncation.k1);
    this.#sequenceNodes = this.#findSequenceNodes();
  }

  /**
   * The loss of chunk `chunk`, and in the network's gradients those of its sum. Chunks come in order; beyond the
   * last one there is neither. Within its window states come anew from the weights as they are; only the one that
   * the window begins with is older.
   */
  gradient(chunk: number): LossSum {
    const network = this.#network;
    network.clearGradients();
    if (chunk >= this.chunks) return { sum: 0, weight: 0 };
    const { k1 } = this.#truncation;
    const start = this.#start(chunk);
    const [from, end] = [chunk * k1, Math.min(this.#T, (chunk + 1) * k1)];
    // Masks are drawn by place in a window: every chunk draws its own, the first those of the whole sequence.
    const { dropout } = this.#mode;
    const random = dropout && (chunk === 0 ? dropout : dropout.derive('chunk', chunk));
    const mode = { ...this.#mode, ...(random ? { dropout: random } : {}), state: this.#state };
    const outputs = network.forward(this.#window(start, end, undefined), mode);
    if (chunk + 1 < this.chunks) {
      this.#state = network.stateAfter(this.#start(chunk + 1) - start, this.#sequenceNodes);
    }
    const gradients = network.outputGradients();
    const target = this.#data.window!(this.#batch.target, from, end);
    const cut = (tensor: LaneTensor): LaneTensor => steps(tensor, from - start, end - start);
    const loss = this.#data.loss(
      Object.fromEntries(Object.entries(outputs).map(([name, y]) => [name, cut(y)])),
      clipped(this.#batch.lengths, from, end),
      this.#window(from, end, target),
      Object.fromEntries(
        Object.entries(gradients).map(([name, data]) => [name, cut({ ...outputs[name]!, data }).data]),
      ),
    );
    network.backward();
    return loss;
  }

  /** First step of the chunk's window, which may lie within an earlier chunk. */
  #start(chunk: number): number {
    const { k1, k2 } = this.#truncation;
    return Math.max(0, (chunk + 1) * k1 - k2);
  }

  #findSequenceNodes(): number[] {
    const { nodes } = this.#network.plan;
    // Steps follow the first source, and layers that stream keep their number.
    const inputOf = (i: number): number =>
      nodes[i]!.sources.length > 0 ? inputOf(nodes[i]!.sources[0]!) : i;
    return nodes.map((_, i) => i).filter((i) => !this.#isBeside(nodes[inputOf(i)]!.name));
  }

  #isBeside(input: string): boolean {
    return this.#batch.inputs[input]!.T === 1 && this.#T !== 1;
  }

  /** What stands beside the sequence, of one step, belongs to every chunk. */
  #window(start: number, end: number, target: unknown): Batch {
    const inputs = Object.entries(this.#batch.inputs).map(
      ([name, x]) => [name, this.#isBeside(name) ? x : steps(x, start, end)] as const,
    );
    const { lengths, inputLengths = {} } = this.#batch;
    const others = Object.entries(inputLengths).map(
      ([name, own]) => [name, this.#isBeside(name) ? own : clipped(own, start, end)] as const,
    );
    return {
      ...this.#batch,
      inputs: Object.fromEntries(inputs),
      target,
      ...(lengths ? { lengths: clipped(lengths, start, end)! } : {}),
      ...(others.length > 0
        ? { inputLengths: Object.fromEntries(others) as Record<string, Int32Array> }
        : {}),
    };
  }
}

/** Valid steps of each lane within [start, end). */
function clipped<L extends Int32Array | undefined>(lengths: L, start: number, end: number): L {
  return lengths?.map((length) => Math.min(Math.max(length - start, 0), end - start)) as L;
}

/** Steps lie one after the other: a part of them is a part of the memory. */
function steps({ data, F, lanes }: LaneTensor, start: number, end: number): LaneTensor {
  return { data: data.subarray(start * F * lanes, end * F * lanes), T: end - start, F, lanes };
}
