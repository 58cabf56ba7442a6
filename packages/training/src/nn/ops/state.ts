/** The final state of a recurrent layer as one step, both directions side by side. */
import { attr } from '@rivulet/core';
import * as v from 'valibot';
import type { GraphWriter } from '../../export/graphWriter.ts';
import { layerKeys } from '../../recipeValues.ts';
import type { NetworkNode, NodeRun, Planner } from '../operation.ts';
import { Recurrent } from './recurrent.ts';

export const stateSchema = v.strictObject({ op: v.literal('state'), ...layerKeys });

export function planState(_layer: v.InferOutput<typeof stateSchema>, planner: Planner): NetworkNode {
  return new State(planner);
}

class State implements NetworkNode {
  readonly op = 'state';
  readonly name: string;
  readonly sources: readonly number[];
  readonly features: number;
  readonly streams = false;
  readonly full = true;
  readonly #of: Recurrent;

  constructor(planner: Planner) {
    const of = planner.node(planner.source);
    this.name = planner.name;
    this.sources = [planner.source];
    this.#of = of instanceof Recurrent ? of : planner.refuse('in', `${of.name} has no state`, of.name);
    this.#of.giveState();
    this.features = this.#of.features;
  }

  steps(): number {
    return 1;
  }

  forward(run: NodeRun): void {
    run.kernels.copy(run.y, run.of(this.sources[0]!).own('h'), this.features * run.lanes);
  }

  backward(run: NodeRun): void {
    run.kernels.add(run.of(this.sources[0]!).own('dh'), run.dy, this.features * run.lanes);
  }

  write(graph: GraphWriter): string {
    const { name, features } = this;
    // [dirs, B, H] -> [1, B, dirs * H]
    graph.node('Transpose', [`${this.#of.name}.h`], [`${name}.turned`], { perm: attr.ints([1, 0, 2]) });
    return graph.node('Reshape', [`${name}.turned`, graph.ints(`${name}.shape`, [1, -1, features])], [name]);
  }
}
