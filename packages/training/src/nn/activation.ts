/** Activation functions that a layer may have behind its sum. */
import type { Activation } from '@rivulet/kernels/train';
import * as v from 'valibot';
import type { GraphWriter } from '../export/graphWriter.ts';
import type { NodeRun } from './operation.ts';

export type { Activation };

export const activation = v.picklist(['relu', 'tanh', 'sigmoid', 'softplus']);

const OP_NAMES = { relu: 'Relu', tanh: 'Tanh', sigmoid: 'Sigmoid', softplus: 'Softplus' } as const;

/** y = f(y), the node's whole output. */
export function activate({ kernels, T, features, lanes, y }: NodeRun, kind: Activation | undefined): void {
  if (kind) kernels.activate(kind, y, T * features * lanes);
}

/** The gradient of the node's output becomes that of the sum, in place: only the node itself reads it from here on. */
export function activateBackward(run: NodeRun, kind: Activation | undefined): void {
  if (kind) run.kernels.activateBackward(kind, run.y, run.dy, run.T * run.features * run.lanes);
}

/** @returns the tensor behind the activation */
export function writeActivation(
  graph: GraphWriter,
  kind: Activation | undefined,
  from: string,
  to: string,
): string {
  return kind ? graph.node(OP_NAMES[kind], [from], [to]) : from;
}
