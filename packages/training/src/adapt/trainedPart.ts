/** What of a network an adaptation trains: types only. */
import type { DeltaPart } from './delta.ts';

export interface TrainedPart {
  /** Takes over the gradients that `backward` left in the network, times `scale`. @returns their norm */
  gradientNorm(scale: number): number;
  /**
   * One step of the optimiser; the network then has the new weights.
   * @param norm of the gradients that were taken over
   * @param step from 0
   */
  update(norm: number, lr: number, step: number): void;
  /** The change as it now is. */
  parts(): DeltaPart[];
}
