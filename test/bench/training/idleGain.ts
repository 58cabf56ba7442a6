/**
 * What a second thread gains on an idle machine, found on one that is not: a shared machine lends two whole processors
 * for moments and little more than one for the rest. The fastest of many short turns, each spread over a minute, are
 * those that nobody disturbed, for two threads as for one; multiply-adds alone, in turn with them, tell how near to two
 * whole processors the machine came at its best.
 */
import type { Runner } from './engine.ts';

/** Of one job in turns. */
const SPENT_MS = 60_000;
/** A turn lasts about this long (ms), at least a step: the shorter, the likelier it is left in peace. */
const TURN_MS = 100;

/** Below this gain of multiply-adds alone somebody else had a part of the processors all the time. */
export const IDLE_MACHINE = 1.9;

const WAYS = ['ours', 'two', 'peak', 'pair'] as const;
type Way = (typeof WAYS)[number];

export interface IdleGain {
  /** Turns of each. */
  readonly turns: number;
  /** Fastest step of one thread by the fastest of two. */
  readonly gain: number;
  /** The same of multiply-adds alone: 2 on two whole processors. */
  readonly machine: number;
}

/** @returns undefined where one of the ways is not measured */
export async function idleGain(runners: ReadonlyMap<string, Runner>): Promise<IdleGain | undefined> {
  const turns: { way: Way; turn: () => Promise<readonly number[]> }[] = [];
  for (const way of WAYS) {
    const runner = runners.get(way);
    if (!runner) return undefined;
    const steps = Math.max(1, Math.round(TURN_MS / runner.typical));
    turns.push({ way, turn: () => runner.run(steps) });
  }
  const fastest: Record<Way, number> = { ours: Infinity, two: Infinity, peak: Infinity, pair: Infinity };
  const end = performance.now() + SPENT_MS;
  let rounds = 0;
  for (; performance.now() < end; rounds++) {
    for (const { way, turn } of turns) fastest[way] = Math.min(fastest[way], ...(await turn()));
  }
  return { turns: rounds, gain: fastest.ours / fastest.two, machine: fastest.peak / fastest.pair };
}
