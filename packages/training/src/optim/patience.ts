/**
 * What validations decide: a learning rate that is lowered on a plateau, and an early end. The state is plain data,
 * for it stands in checkpoints; the same figures in the same order lead to the same state.
 */
import type { OptimiserRecipe } from './optimiserSchema.ts';

/** Validations since the best figure. */
export interface Wait {
  readonly best: number;
  readonly waited: number;
}

export interface Patience {
  /** What the peak learning rate is multiplied with. */
  readonly lowered: number;
  readonly plateau?: Wait;
  readonly stop?: Wait;
}

const PLATEAU = { factor: 0.5, patience: 3, delta: 0 };

/** @param figure of the validation, lower is better; NaN is never better */
export function afterValidation(before: Patience, optimiser: OptimiserRecipe, figure: number): Patience {
  const { schedule, earlyStop } = optimiser;
  let { lowered, plateau, stop } = before;
  if (schedule === 'plateau') {
    const { factor, patience, delta } = optimiser.plateau ?? PLATEAU;
    plateau = wait(plateau, figure, delta);
    if (plateau.waited > patience) {
      lowered *= factor;
      plateau = { ...plateau, waited: 0 };
    }
  }
  if (earlyStop) stop = wait(stop, figure, earlyStop.delta);
  return { lowered, ...(plateau ? { plateau } : {}), ...(stop ? { stop } : {}) };
}

/** Whether the run ends before its last step. */
export function isExhausted({ stop }: Patience, { earlyStop }: OptimiserRecipe): boolean {
  return earlyStop !== undefined && stop !== undefined && stop.waited >= earlyStop.patience;
}

function wait(before: Wait | undefined, figure: number, delta: number): Wait {
  if (!before) return { best: Number.isNaN(figure) ? Number.MAX_VALUE : figure, waited: 0 };
  if (figure < before.best - delta) return { best: figure, waited: 0 };
  return { best: before.best, waited: before.waited + 1 };
}
