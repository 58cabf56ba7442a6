/**
 * Why activations get a scale for each step and not one for good: what rounding costs what a layer reads, with the scale
 * of its own step, as our engine takes it, and with a range calibrated on other samples, as a static quantisation has.
 *
 * `npm run quantise` prints both, of 64 samples of validation. A row seldom fills the range of all rows, and a fixed one
 * costs as much or more everywhere: of the handwriting model's features 2.3 % in place of 0.6 %, of its layers 2.1, 1.25
 * and 0.90 % in place of 1.6, 1.19 and 0.89 %; of the forecaster's inputs 2.4 and 2.6 % in place of 0.9 and 1.1 %, of its
 * dense layer 0.75 % both. And what nobody calibrated for, a state or a sensor beyond the range, is cut off. With 16 bits
 * both are nothing. So ranges are reported, and neither exported nor used.
 */
import type { LaneTensor } from '../task.ts';
import { Ratio } from './ratio.ts';

export interface ActivationError {
  /** The layer or input that is rounded on its way into the next product. */
  readonly tensor: string;
  /** Largest magnitude on the samples that calibrate. */
  readonly calibrated: number;
  /** Root mean square of the rounding over that of the values: 7 bits, a scale for each step; the same, calibrated. */
  readonly byStep: number;
  readonly byRange: number;
  /** Share of the values beyond the calibrated range. */
  readonly beyond: number;
}

/** Levels of 7 bits on each side of zero. */
const LEVELS = 63;

/** Of one tensor, sample by sample: first those that calibrate, then those that count. */
export class ActivationErrors {
  readonly #tensor: string;
  readonly #byStep = new Ratio();
  readonly #byRange = new Ratio();
  #largest = 0;
  #values = 0;
  #beyond = 0;

  constructor(tensor: string) {
    this.#tensor = tensor;
  }

  /** @param of one sample in the first lane */
  calibrate(of: LaneTensor): void {
    this.#largest = rows(of).reduce((most, row) => Math.max(most, largestOf(row)), this.#largest);
  }

  measure(of: LaneTensor): void {
    for (const row of rows(of)) {
      const own = largestOf(row);
      for (const value of row) {
        this.#byStep.add(value, rounded(value, own));
        this.#byRange.add(value, rounded(value, this.#largest));
        this.#beyond += Math.abs(value) > this.#largest ? 1 : 0;
        this.#values++;
      }
    }
  }

  get found(): ActivationError {
    return {
      tensor: this.#tensor,
      calibrated: this.#largest,
      byStep: this.#byStep.relative,
      byRange: this.#byRange.relative,
      beyond: this.#beyond / (this.#values || 1),
    };
  }
}

function rows({ data, T, F, lanes }: LaneTensor): number[][] {
  return Array.from({ length: T }, (_, t) => Array.from({ length: F }, (_, f) => data[(t * F + f) * lanes]!));
}

const largestOf = (row: readonly number[]): number => row.reduce((most, v) => Math.max(most, Math.abs(v)), 0);

function rounded(value: number, largest: number): number {
  if (largest === 0) return 0;
  const level = Math.round((value / largest) * LEVELS);
  return (Math.max(-LEVELS, Math.min(LEVELS, level)) * largest) / LEVELS;
}
