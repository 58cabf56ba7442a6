/** Dropout between layers (Srivastava et al. 2014): every activation of its own; the identity outside of training. */
import * as v from 'valibot';
import type { GraphWriter } from '../../export/graphWriter.ts';
import { decay, layerKeys } from '../../recipeValues.ts';
import type { NetworkNode, NodeRun, Planner } from '../operation.ts';

export const dropoutSchema = v.strictObject({ op: v.literal('dropout'), ...layerKeys, rate: decay });

export function planDropout(layer: v.InferOutput<typeof dropoutSchema>, planner: Planner): NetworkNode {
  return new Dropout(planner, layer.rate);
}

class Dropout implements NetworkNode {
  readonly op = 'dropout';
  readonly name: string;
  readonly sources: readonly number[];
  readonly features: number;
  readonly streams = true;
  readonly #rate: number;

  constructor(planner: Planner, rate: number) {
    this.name = planner.name;
    this.sources = [planner.source];
    this.features = planner.node(planner.source).features;
    this.#rate = rate;
  }

  forward(run: NodeRun): void {
    const x = run.of(this.sources[0]!).y;
    const keys = run.laneKeys();
    if (keys) this.#drop(run, x, run.y, keys, false);
    else run.kernels.copy(run.y, x, run.T * this.features * run.lanes);
  }

  backward(run: NodeRun): void {
    const { dy: dx } = run.of(this.sources[0]!);
    if (!dx) return;
    const keys = run.laneKeys();
    if (keys) this.#drop(run, run.dy, dx, keys, true);
    else run.kernels.add(dx, run.dy, run.T * this.features * run.lanes);
  }

  #drop({ kernels, T, lanes }: NodeRun, x: number, out: number, keys: Int32Array, accumulate: boolean): void {
    kernels.dropout({ rows: T * this.features, lanes, x, out, keys, rate: this.#rate, accumulate });
  }

  write(graph: GraphWriter, [x]: readonly string[], wanted: boolean): string {
    return wanted ? graph.node('Identity', [x!], [this.name]) : x!;
  }
}
