/**
 * What a product with int8 weights reads where activations have fixed ranges: its source, rounded to the range's
 * levels. No recipe has it; a plan that is given ranges puts one before each layer that multiplies.
 */
import type { GraphWriter } from '../../export/graphWriter.ts';
import { type ActivationRange, roundTo } from '../../quantise/activationRange.ts';
import type { NetworkNode, NodeRun } from '../operation.ts';

const PRODUCTS = new Set(['rnn', 'lstm', 'gru', 'recurrent', 'dense', 'conv1d']);

/** Whether a layer, of a recipe or the node that it became, multiplies what it reads first with int8 weights. */
export const isProduct = ({ op }: { readonly op: string }): boolean => PRODUCTS.has(op);

export class Rounded implements NetworkNode {
  readonly op = 'rounded';
  readonly name: string;
  readonly sources: readonly number[];
  readonly features: number;
  readonly streams = true;
  readonly #range: ActivationRange;

  constructor(name: string, source: number, features: number, range: ActivationRange) {
    this.name = name;
    this.sources = [source];
    this.features = features;
    this.#range = range;
  }

  forward(run: NodeRun): void {
    const floats = run.T * this.features * run.lanes;
    const x = run.kernels.f32(run.of(this.sources[0]!).y, floats);
    const y = run.kernels.f32(run.y, floats);
    for (let i = 0; i < floats; i++) y[i] = roundTo(this.#range, x[i]!);
  }

  /** Straight through within the range; what is cut off has no gradient. */
  backward(run: NodeRun): void {
    const source = run.of(this.sources[0]!);
    if (!source.dy) return;
    const floats = run.T * this.features * run.lanes;
    const [x, dy, dx] = [source.y, run.dy, source.dy].map((at) => run.kernels.f32(at, floats));
    const { scale, zero, least, most } = this.#range;
    const [low, high] = [(least - zero) * scale, (most - zero) * scale];
    for (let i = 0; i < floats; i++) if (x![i]! >= low && x![i]! <= high) dx![i]! += dy![i]!;
  }

  write(graph: GraphWriter, [x]: readonly string[]): string {
    return graph.rounded(x!, this.#range);
  }
}
