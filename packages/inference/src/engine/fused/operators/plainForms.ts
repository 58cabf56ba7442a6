/** A model whose nodes are of the forms that operators know: what only few models write in another way. */
import type { OnnxModel } from '@rivulet/core';
import { timeFirst } from './batchFirst.ts';
import { withReshapeIfs } from './reshapeIf.ts';

export function plainForms(given: OnnxModel): OnnxModel {
  const model = withReshapeIfs(given);
  return { ...model, graph: { ...model.graph, nodes: timeFirst(model.graph.nodes) } };
}
