/** Activation functions that a layer may have behind its sum. */
import type { Activation } from '@rivulet/kernels/train';
import * as v from 'valibot';
import type { GraphWriter } from '../export/graphWriter.ts';
import type { NodeRun, PlaceShape } from './operation.ts';

export type { Activation };

export const activation = v.picklist(['relu', 'tanh', 'sigmoid', 'softplus']);

const OP_NAMES = { relu: 'Relu', tanh: 'Tanh', sigmoid: 'Sigmoid', softplus: 'Softplus' } as const;

/** y = f(y), the node's whole output. */
export function activate({ kernels, T, features, lanes, y }: NodeRun, kind: Activation | undefined): void {
  if (kind) kernels.activate(kind, y, T * features * lanes);
}

export function placeActivation(
  { T, lanes, showsGradients, take }: PlaceShape,
  features: number,
  kind: Activation | undefined,
): void {
  if (kind && showsGradients) take('dsum', T * features * lanes);
}

/**
 * The gradient of the sum, made of that of the node's output: in its place where only the node itself reads it from here on.
 * @returns pointer to it
 */
export function activateBackward(run: NodeRun, kind: Activation | undefined): number {
  if (!kind) return run.dy;
  const floats = run.T * run.features * run.lanes;
  const own = run.own('dsum');
  if (own) run.kernels.copy(own, run.dy, floats);
  run.kernels.activateBackward(kind, run.y, own || run.dy, floats);
  return own || run.dy;
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
