/**
 * The forecaster's head: turns the network's raw columns and the candidates of a window into quantiles.
 *
 * Of the raw columns of a step the first Q make monotone quantiles around 0, the other C are logits by which
 * the C plain forecasts are mixed; the quantiles stand around that mix. So an untrained network already
 * forecasts the mean of six sensible guesses, and training only has to learn which to trust, when, and what
 * they miss.
 */

import { RivuletError } from '../errors.ts';
import { monotoneQuantiles, monotoneQuantilesGrad } from '../heads/index.ts';

/**
 * @param raw [n, Q + C] row-major
 * @param candidates [n, C]
 * @param levels Q: how many quantiles
 * @returns [n, Q], ascending in every row, normalised like the candidates
 */
export function forecastQuantiles(
  raw: Float32Array,
  candidates: Float32Array,
  levels: number,
  n: number,
): Float32Array {
  const C = candidateCount(raw, candidates, levels, n);
  const width = levels + C;
  const quantiles = quantileColumns(raw, levels, width, n);
  monotoneQuantiles(quantiles, levels, quantiles);
  const weights = new Float64Array(C);
  for (let i = 0; i < n; i++) {
    const mix = mixOf(raw, i * width + levels, weights, candidates, i * C);
    for (let q = 0; q < levels; q++) quantiles[i * levels + q]! += mix;
  }
  return quantiles;
}

/**
 * @param grad [n, Q] gradient with respect to what forecastQuantiles returned
 * @returns [n, Q + C] gradient with respect to raw
 */
export function forecastQuantilesGrad(
  raw: Float32Array,
  candidates: Float32Array,
  levels: number,
  n: number,
  grad: Float32Array,
): Float32Array {
  const C = candidateCount(raw, candidates, levels, n);
  const width = levels + C;
  const columnsGrad = monotoneQuantilesGrad(quantileColumns(raw, levels, width, n), levels, grad);
  const result = new Float32Array(n * width);
  const weights = new Float64Array(C);
  for (let i = 0; i < n; i++) {
    result.set(columnsGrad.subarray(i * levels, (i + 1) * levels), i * width);
    const mix = mixOf(raw, i * width + levels, weights, candidates, i * C);
    let sum = 0;
    for (let q = 0; q < levels; q++) sum += grad[i * levels + q]!;
    for (let c = 0; c < C; c++) {
      result[i * width + levels + c] = sum * weights[c]! * (candidates[i * C + c]! - mix);
    }
  }
  return result;
}

function candidateCount(raw: Float32Array, candidates: Float32Array, levels: number, n: number): number {
  const C = candidates.length / n;
  if (raw.length !== n * (levels + C)) {
    throw new RivuletError(
      'MODEL_SHAPE',
      `${n} steps need ${levels + C} raw columns, got ${raw.length / n}`,
      {
        expected: [n, levels + C],
        got: [n, raw.length / n],
      },
    );
  }
  return C;
}

/** The first columns of each row. @returns [n, Q], a copy */
function quantileColumns(raw: Float32Array, levels: number, width: number, n: number): Float32Array {
  const columns = new Float32Array(n * levels);
  for (let i = 0; i < n; i++) columns.set(raw.subarray(i * width, i * width + levels), i * levels);
  return columns;
}

/** @param weights [C] (out) the softmax of the logits from `at` on. @returns the candidates from `from` on, so mixed */
function mixOf(
  raw: Float32Array,
  at: number,
  weights: Float64Array,
  candidates: Float32Array,
  from: number,
): number {
  softmax(raw, at, weights);
  let mix = 0;
  for (let c = 0; c < weights.length; c++) mix += weights[c]! * candidates[from + c]!;
  return mix;
}

function softmax(raw: Float32Array, from: number, out: Float64Array): void {
  let largest = -Infinity;
  for (let c = 0; c < out.length; c++) largest = Math.max(largest, raw[from + c]!);
  let sum = 0;
  for (let c = 0; c < out.length; c++) sum += out[c] = Math.exp(raw[from + c]! - largest);
  for (let c = 0; c < out.length; c++) out[c]! /= sum;
}
