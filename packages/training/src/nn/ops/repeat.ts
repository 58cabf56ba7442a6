/** One step again and again, as often as another layer has steps: a vector that a sequence is made from. */
import { attr } from '@rivulet/core';
import * as v from 'valibot';
import type { GraphWriter } from '../../export/graphWriter.ts';
import { identifier, layerKeys } from '../../recipeValues.ts';
import { checkSteps } from '../checkSteps.ts';
import type { NetworkNode, NodeRun, PlaceShape, Planner } from '../operation.ts';

const FLOAT = 4;

export const repeatSchema = v.strictObject({
  op: v.literal('repeat'),
  /** `in` has one step. */
  ...layerKeys,
  /** Input or layer whose number of steps it takes. */
  like: identifier,
});

export function planRepeat(layer: v.InferOutput<typeof repeatSchema>, planner: Planner): NetworkNode {
  return new Repeat(planner, layer.like);
}

class Repeat implements NetworkNode {
  readonly op = 'repeat';
  readonly name: string;
  /** Whose steps, which lengths follow, and what is repeated. */
  readonly sources: readonly [number, number];
  readonly features: number;
  readonly streams = true;
  readonly single: { readonly source: number; readonly key: string };
  readonly backTo: readonly number[];

  constructor(planner: Planner, like: string) {
    this.name = planner.name;
    this.sources = [planner.find(like, 'like'), planner.source];
    this.features = planner.node(planner.source).features;
    this.single = { source: planner.source, key: 'in' };
    this.backTo = [planner.source];
  }

  place({ sourceT }: PlaceShape): void {
    checkSteps(this.name, 1, sourceT[1]!);
  }

  forward(run: NodeRun): void {
    const floats = this.features * run.lanes;
    const { y } = run.of(this.sources[1]);
    for (let t = 0; t < run.T; t++) run.kernels.copy(run.y + t * floats * FLOAT, y, floats);
  }

  backward(run: NodeRun): void {
    const { dy } = run.of(this.sources[1]);
    const floats = this.features * run.lanes;
    for (let t = 0; dy && t < run.T; t++) run.kernels.add(dy, run.dy + t * floats * FLOAT, floats);
  }

  write(graph: GraphWriter, [like, x]: readonly string[]): string {
    const { name } = this;
    graph.node('Shape', [like!], [`${name}.steps`], { start: attr.int(0), end: attr.int(1) });
    const ones = graph.ints(`${name}.ones`, [1, 1]);
    graph.node('Concat', [`${name}.steps`, ones], [`${name}.shape`], { axis: attr.int(0) });
    return graph.node('Expand', [x!, `${name}.shape`], [name]);
  }
}
