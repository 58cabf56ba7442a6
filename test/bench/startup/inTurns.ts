/** Samples of both engines on every case, one after the other, so that a busy moment hits both alike. */
import { COLD_CASES } from './coldCases.ts';

export const ENGINES = ['fused', 'ort'] as const;
export type EngineName = (typeof ENGINES)[number];

/** Milliseconds, by case and engine. */
export type Samples = readonly { readonly name: string; readonly times: Record<EngineName, number[]> }[];

const RUNS = 7;

export const median = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[times.length >> 1]!;

export async function inTurns(
  measure: (engine: EngineName, index: number) => Promise<number>,
): Promise<Samples> {
  const samples = COLD_CASES.map(({ name }) => ({
    name,
    times: { fused: [] as number[], ort: [] as number[] },
  }));
  // The first of each brings the bench's own files into memory.
  for (let run = -1; run < RUNS; run++) {
    for (const [index, { times }] of samples.entries()) {
      for (const engine of ENGINES) {
        const time = await measure(engine, index);
        if (run >= 0) times[engine].push(time);
      }
    }
  }
  return samples;
}
