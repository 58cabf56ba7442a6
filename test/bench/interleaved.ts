/** Times of several ways to do the same, taken in turns, so that a busy moment hits all of them alike. */

export interface Way {
  readonly name: string;
  run(): Promise<unknown>;
}

/** A round of one way lasts about this long (ms): long enough for the clock, short enough to take turns. */
const ROUND_MS = 20;

/**
 * @returns microseconds a call by name: the fastest round of each, which is what the machine can do when
 *   nobody else wants it
 */
export async function interleaved(ways: readonly Way[], rounds = 15): Promise<Map<string, number>> {
  const calls = new Map<string, number>();
  const best = new Map<string, number>();
  for (const { name, run } of ways) {
    // Warm: V8 compiles a kernel well after some hundred calls.
    const started = performance.now();
    let count = 0;
    do {
      await run();
      count++;
    } while (performance.now() - started < 150);
    calls.set(name, Math.max(1, Math.round((count * ROUND_MS) / (performance.now() - started))));
  }
  for (let round = 0; round < rounds; round++) {
    for (const { name, run } of ways) {
      const count = calls.get(name)!;
      const started = performance.now();
      for (let i = 0; i < count; i++) await run();
      const each = ((performance.now() - started) * 1000) / count;
      best.set(name, Math.min(each, best.get(name) ?? Number.POSITIVE_INFINITY));
    }
  }
  return best;
}
