/** A quantise report as a person reads it. */
import { RANGE_METHODS } from '../quantise/chooseRange.ts';
import type { QuantiseReport } from '../quantise/quantiseReport.ts';

const percent = (part: number): string => `${(100 * part).toFixed(part < 5e-4 ? 4 : 2)} %`.padStart(10);
const head = (titles: readonly string[]): string => titles.map((title) => title.padStart(10)).join(' ');

export function quantiseLines({ samples, bits, weights, outputs, activations }: QuantiseReport): string[] {
  const lines = ['weights            gate  relative error  largest'];
  for (const { matrix, gate = '', relative, largest } of weights) {
    lines.push(
      `${matrix.padEnd(18)} ${gate.padEnd(4)} ${percent(relative)}      ${largest.toExponential(2)}`,
    );
  }
  const columns = ['int8', 'int8a7', ...RANGE_METHODS];
  lines.push('', `Outputs of ${samples} samples, how far they move. Ranges are of ${bits} bits.`);
  lines.push(`${'layer'.padEnd(18)} ${head(columns)}   range`);
  for (const { layer, range, int8, int8a7, ranges } of outputs) {
    const errors = [int8, int8a7, ...RANGE_METHODS.map((method) => ranges[method])].map(percent);
    const [low, high] = range.map((value) => value.toFixed(2));
    lines.push(`${layer.padEnd(18)} ${errors.join(' ')}   ${low} ... ${high}`);
  }
  lines.push(
    '',
    'What products read, what rounding it costs. Then the ranges, and the share of values beyond.',
  );
  lines.push(
    `${'input'.padEnd(13)} bits ${head(['by step', ...RANGE_METHODS])}   ${RANGE_METHODS.join('; ')}`,
  );
  for (const { tensor, bits: own, byStep, ranges } of activations) {
    const errors = [byStep, ...RANGE_METHODS.map((method) => ranges[method].error)].map(percent);
    const spans = RANGE_METHODS.map((method) => {
      const { low, high, beyond } = ranges[method];
      return `${low.toFixed(2)} ... ${high.toFixed(2)}${percent(beyond)}`;
    });
    lines.push(`${tensor.padEnd(13)} ${String(own).padStart(4)} ${errors.join(' ')}   ${spans.join('; ')}`);
  }
  return lines;
}
