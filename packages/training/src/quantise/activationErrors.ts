/**
 * What rounding costs what a layer reads, with the scale of its own step, as our engine takes it, and with a range
 * calibrated on other samples, as a static quantisation has: of each the error for 7, 8 and 16 bits.
 */
import type { LaneTensor } from '../task.ts';
import { type ActivationRange, type RangeBits, rangeOver, roundTo } from './activationRange.ts';
import { byMethod, chooseRange, type RangeMethod } from './chooseRange.ts';
import { firstLane } from './firstLane.ts';
import { Ratio } from './ratio.ts';
import type { ValueHistogram } from './valueHistogram.ts';

export interface ActivationError {
  /** The layer or input that is rounded on its way into the next product. */
  readonly tensor: string;
  readonly bits: RangeBits;
  /** Root mean square of the rounding over that of the values, with a scale for each step. */
  readonly byStep: number;
  /** The same with one calibrated range for all steps. */
  readonly ranges: Readonly<Record<RangeMethod, RangeError>>;
}

export interface RangeError {
  readonly low: number;
  readonly high: number;
  readonly error: number;
  /** Share of the values beyond the range. */
  readonly beyond: number;
}

interface Measured {
  readonly range: ActivationRange;
  readonly low: number;
  readonly high: number;
  readonly ratio: Ratio;
  beyond: number;
}

/** Of one tensor, sample by sample. */
export class ActivationErrors {
  readonly tensor: string;
  readonly #widths: readonly {
    readonly bits: RangeBits;
    readonly byStep: Ratio;
    readonly ranges: Readonly<Record<RangeMethod, Measured>>;
  }[];
  #values = 0;

  /** @param values what calibration met */
  constructor(tensor: string, values: ValueHistogram) {
    this.tensor = tensor;
    this.#widths = ([7, 8, 16] as const).map((bits) => ({
      bits,
      byStep: new Ratio(),
      ranges: byMethod((method) => {
        const range = chooseRange(values, method, bits);
        const { scale, zero, least, most } = range;
        const [low, high] = [(least - zero) * scale, (most - zero) * scale];
        return { range, low, high, ratio: new Ratio(), beyond: 0 };
      }),
    }));
  }

  /** @param of one sample in the first lane */
  measure(of: LaneTensor): void {
    const values = firstLane(of);
    for (const { bits, byStep, ranges } of this.#widths) {
      for (let start = 0; start < values.length; start += of.F) {
        const row = values.subarray(start, start + of.F);
        const largest = row.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        const own = rangeOver(-largest, largest, bits, true);
        for (const value of row) byStep.add(value, roundTo(own, value));
      }
      for (const measured of Object.values(ranges)) {
        for (const value of values) {
          measured.ratio.add(value, roundTo(measured.range, value));
          if (value < measured.low || value > measured.high) measured.beyond++;
        }
      }
    }
    this.#values += values.length;
  }

  get found(): ActivationError[] {
    return this.#widths.map(({ bits, byStep, ranges }) => ({
      tensor: this.tensor,
      bits,
      byStep: byStep.relative,
      ranges: byMethod((method) => {
        const { low, high, ratio, beyond } = ranges[method];
        return { low, high, error: ratio.relative, beyond: beyond / (this.#values || 1) };
      }),
    }));
  }
}
