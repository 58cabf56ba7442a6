/**
 * What a second thread gains where two processors are free. A shared machine lends two whole ones for some seconds and
 * little more than one for others; multiply-adds alone, in turn with the steps, tell which.
 */
import { median } from '../median.ts';

/** Two threads of multiply-adds alone are at least this much faster than one where the machine is idle. */
export const IDLE_GAIN = 1.9;

/** Milliseconds a step: ours on one thread and on two, and as many multiply-adds. */
interface Round {
  readonly ours?: number;
  readonly two?: number;
  readonly peak?: number;
  readonly pair?: number;
}

/** @returns how many rounds were idle, and the median gain over them; undefined where there were none */
export function idleGain(
  rounds: readonly Round[],
): { readonly rounds: number; readonly gain: number } | undefined {
  const gains = rounds.flatMap(({ ours, two, peak, pair }) =>
    ours && two && peak && pair && peak / pair >= IDLE_GAIN ? [ours / two] : [],
  );
  return gains.length > 0 ? { rounds: gains.length, gain: median(gains) } : undefined;
}
