/** The sum of layers of one width: a residual connection. */
import * as v from 'valibot';
import type { GraphWriter } from '../../export/graphWriter.ts';
import { identifier, layerKeys } from '../../recipeValues.ts';
import { checkSteps } from '../checkSteps.ts';
import type { NetworkNode, NodeRun, PlaceShape, Planner } from '../operation.ts';

export const addSchema = v.strictObject({
  op: v.literal('add'),
  ...layerKeys,
  /** Layers added to `in`, of as many steps and features. */
  with: v.pipe(v.array(identifier), v.minLength(1)),
});

export function planAdd(layer: v.InferOutput<typeof addSchema>, planner: Planner): NetworkNode {
  return new Add(planner, layer.with);
}

class Add implements NetworkNode {
  readonly op = 'add';
  readonly name: string;
  readonly sources: readonly number[];
  readonly features: number;
  readonly streams = true;

  constructor(planner: Planner, others: readonly string[]) {
    this.name = planner.name;
    this.features = planner.node(planner.source).features;
    const added = others.map((other, i) => {
      const found = planner.find(other, `with.${i}`);
      const { features } = planner.node(found);
      if (features !== this.features) {
        planner.refuse(`with.${i}`, `it has ${features} features, not ${this.features}`, other);
      }
      return found;
    });
    this.sources = [planner.source, ...added];
  }

  place({ T, sourceT }: PlaceShape): void {
    for (const steps of sourceT) checkSteps(this.name, T, steps);
  }

  forward(run: NodeRun): void {
    const floats = run.T * this.features * run.lanes;
    const [first, ...others] = this.sources.map((source) => run.of(source).y);
    run.kernels.copy(run.y, first!, floats);
    for (const other of others) run.kernels.add(run.y, other, floats);
  }

  backward(run: NodeRun): void {
    for (const source of this.sources) {
      const { dy } = run.of(source);
      if (dy) run.kernels.add(dy, run.dy, run.T * this.features * run.lanes);
    }
  }

  write(graph: GraphWriter, inputs: readonly string[]): string {
    return inputs.reduce((sum, other, i) => {
      const last = i === inputs.length - 1;
      return graph.node('Add', [sum, other], [last ? this.name : `${this.name}.sum${i}`]);
    });
  }
}
