/**
 * What a layer with int8 weights reads where training rounds as the engine of 7-bit activations does: its source,
 * each row rounded to 63 levels of its largest magnitude. The gradient passes straight through.
 */
import type { NodeRun, PlaceShape } from './operation.ts';

/** Levels of 7 bits on each side of zero. */
export const ACTIVATION_LEVELS = 63;

export function placeRoundedSource({ rounds, lanes, sourceT, take }: PlaceShape, features: number): void {
  if (rounds) take('rounded', sourceT[0]! * features * lanes);
}

/** Comes first in a forward pass. @returns pointer to the operand, [T][features][lanes] */
export function roundSource(run: NodeRun, source: number): number {
  const { T, features, y } = run.of(source);
  const rounded = run.own('rounded');
  if (!rounded) return y;
  run.kernels.roundRows({ T, F: features, B: run.lanes, levels: ACTIVATION_LEVELS, x: y, y: rounded });
  return rounded;
}

/** What `roundSource` left. */
export function roundedSource(run: NodeRun, source: number): number {
  return run.own('rounded') || run.of(source).y;
}
