/** Times of several ways to do the same, taken in turns, so that a busy moment hits all of them alike. */

export interface Way {
  readonly name: string;
  run(): Promise<unknown>;
}

/** Microseconds a call. */
export interface Timing {
  /** Of the fastest round: what the machine can do when nobody else wants it. */
  readonly fastest: number;
  readonly median: number;
}

/** A round of one way lasts about this long (ms): long enough for the clock, short enough to be left in peace. */
const ROUND_MS = 4;

export async function interleaved(ways: readonly Way[], rounds = 60): Promise<Map<string, Timing>> {
  const calls = new Map<string, number>();
  const times = new Map<string, number[]>();
  for (const { name, run } of ways) {
    // Warm: V8 compiles a kernel well after some hundred calls.
    const started = performance.now();
    let count = 0;
    do {
      await run();
      count++;
    } while (performance.now() - started < 150);
    calls.set(name, Math.max(1, Math.round((count * ROUND_MS) / (performance.now() - started))));
    times.set(name, []);
  }
  for (let round = 0; round < rounds; round++) {
    for (const { name, run } of ways) {
      const count = calls.get(name)!;
      const started = performance.now();
      for (let i = 0; i < count; i++) await run();
      times.get(name)!.push(((performance.now() - started) * 1000) / count);
    }
  }
  return new Map(
    [...times].map(([name, each]) => {
      const sorted = each.toSorted((a, b) => a - b);
      return [name, { fastest: sorted[0]!, median: sorted[sorted.length >> 1]! }];
    }),
  );
}
