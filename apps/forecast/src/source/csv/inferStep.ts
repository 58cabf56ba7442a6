/** The even step behind real timestamps, which jitter, miss rows and repeat. */

export interface InferredStep {
  readonly stepMs: number;
  /** Share of neighbouring rows that are within a tenth of the step of each other. */
  readonly regular: number;
}

/**
 * `times`: ascending, without repeats, at least two. The commonest distance where one stands out, else the
 * median: with many rows missing the commonest is right, with jittering clocks the median is.
 */
export function inferStep(times: ArrayLike<number>): InferredStep {
  const deltas = new Float64Array(times.length - 1);
  for (let i = 0; i < deltas.length; i++) deltas[i] = times[i + 1]! - times[i]!;
  const sorted = deltas.slice().sort();
  const median = sorted[sorted.length >> 1]!;
  // Seconds are the grain of most loggers; below that, the milliseconds as they are.
  const grain = median >= 2000 ? 1000 : 1;
  const counts = new Map<number, number>();
  for (const delta of deltas) {
    const rounded = Math.max(grain, Math.round(delta / grain) * grain);
    counts.set(rounded, (counts.get(rounded) ?? 0) + 1);
  }
  let commonest = median;
  let most = 0;
  for (const [delta, count] of counts) {
    if (count > most || (count === most && delta < commonest)) {
      commonest = delta;
      most = count;
    }
  }
  const stepMs = nice(meanNear(deltas, most / deltas.length >= 0.3 ? commonest : median));
  let near = 0;
  for (const delta of deltas) if (Math.abs(delta - stepMs) <= stepMs / 10) near++;
  return { stepMs, regular: near / deltas.length };
}

/** Mean of the distances within a third of `about`: a clock that jitters is right on average. */
function meanNear(deltas: Float64Array, about: number): number {
  const near = deltas.filter((delta) => Math.abs(delta - about) <= about / 3);
  const mean = near.reduce((sum, delta) => sum + delta, 0) / near.length;
  // Exact but for a few: no reason to move.
  return Math.abs(mean - about) < about * 1e-3 ? about : mean;
}

const SECOND = 1000;
const NICE = [
  1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 21_600, 43_200,
  86_400, 604_800,
];

/** A step within 1 % of one that people set (a minute, a quarter of an hour) is that one. */
function nice(step: number): number {
  const near = NICE.find((seconds) => Math.abs(seconds * SECOND - step) <= seconds * SECOND * 0.01);
  return near === undefined ? step : near * SECOND;
}
