/** Samples of both engines on every case, one after the other, so that a busy moment hits both alike. */
import { COLD_CASES } from './coldCases.ts';

export const ENGINES = ['fused', 'ort'] as const;
export type EngineName = (typeof ENGINES)[number];

/** By case and engine; what is measured of each may be more than its milliseconds. */
export type Samples<T = number> = readonly {
  readonly name: string;
  readonly times: Record<EngineName, T[]>;
}[];

const RUNS = 15;

export async function inTurns<T>(
  measure: (engine: EngineName, index: number) => Promise<T>,
): Promise<Samples<T>> {
  const samples = COLD_CASES.map(({ name }) => ({ name, times: { fused: [] as T[], ort: [] as T[] } }));
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
