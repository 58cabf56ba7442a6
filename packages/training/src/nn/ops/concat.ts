/** Features of several layers side by side. */
import { attr } from '@rivulet/core';
import * as v from 'valibot';
import type { GraphWriter } from '../../export/graphWriter.ts';
import { identifier, layerKeys } from '../../recipeValues.ts';
import { checkSteps } from '../checkSteps.ts';
import type { NetworkNode, NodeRun, PlaceShape, Planner } from '../operation.ts';

const FLOAT = 4;

export const concatSchema = v.strictObject({
  op: v.literal('concat'),
  ...layerKeys,
  /** Layers that follow `in`, of as many steps. */
  with: v.pipe(v.array(identifier), v.minLength(1)),
});

type ConcatLayer = v.InferOutput<typeof concatSchema>;

export function planConcat(layer: ConcatLayer, planner: Planner): NetworkNode {
  return new Concat(planner, layer.with);
}

class Concat implements NetworkNode {
  readonly op = 'concat';
  readonly name: string;
  readonly sources: readonly number[];
  readonly features: number;
  readonly streams = true;

  constructor(planner: Planner, others: readonly string[]) {
    this.name = planner.name;
    this.sources = [planner.source, ...others.map((other, i) => planner.find(other, `with.${i}`))];
    this.features = this.sources.reduce((sum, source) => sum + planner.node(source).features, 0);
  }

  place({ T, sourceT }: PlaceShape): void {
    for (const steps of sourceT) checkSteps(this.name, T, steps);
  }

  forward(run: NodeRun): void {
    this.#each(run, (source, own, at, floats) => {
      run.kernels.copy(run.y + own * FLOAT, source.y + at * FLOAT, floats);
    });
  }

  backward(run: NodeRun): void {
    this.#each(run, (source, own, at, floats) => {
      if (source.dy) run.kernels.add(source.dy + at * FLOAT, run.dy + own * FLOAT, floats);
    });
  }

  /** A step's features of one source lie in one piece, here and there. */
  #each(run: NodeRun, move: (source: NodeRun, own: number, at: number, floats: number) => void): void {
    let first = 0;
    for (const source of this.sources.map((i) => run.of(i))) {
      const floats = source.features * run.lanes;
      for (let t = 0; t < run.T; t++) {
        move(source, t * this.features * run.lanes + first, t * floats, floats);
      }
      first += floats;
    }
  }

  write(graph: GraphWriter, inputs: readonly string[]): string {
    return graph.node('Concat', [...inputs], [this.name], { axis: attr.int(2) });
  }
}
