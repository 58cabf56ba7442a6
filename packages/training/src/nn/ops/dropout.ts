/** Dropout between layers: every activation of its own; the identity outside of training. */
import * as v from 'valibot';
import type { GraphWriter } from '../../export/graphWriter.ts';
import { decay, layerKeys } from '../../recipeValues.ts';
import { dropout } from '../dropout.ts';
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
    const floats = run.T * this.features * run.lanes;
    const x = run.kernels.f32(run.of(this.sources[0]!).y, floats);
    const y = run.kernels.f32(run.y, floats);
    const keys = run.laneKeys();
    if (keys) dropout(x, y, keys, this.#rate, false);
    else y.set(x);
  }

  backward(run: NodeRun): void {
    const into = run.of(this.sources[0]!).dy;
    if (!into) return;
    const floats = run.T * this.features * run.lanes;
    const keys = run.laneKeys();
    const [dy, dx] = [run.kernels.f32(run.dy, floats), run.kernels.f32(into, floats)];
    dropout(dy, dx, keys ?? new Int32Array(run.lanes), keys ? this.#rate : 0, true);
  }

  write(graph: GraphWriter, [x]: readonly string[], wanted: boolean): string {
    return wanted ? graph.node('Identity', [x!], [this.name]) : x!;
  }
}
