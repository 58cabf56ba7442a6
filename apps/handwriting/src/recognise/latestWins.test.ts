import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LatestWins } from './latestWins.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A job that takes `ms`, and what it saw each time. */
function job(ms: number, restMs: number) {
  let state = 0;
  const seen: number[] = [];
  let together = 0;
  const queue = new LatestWins(async () => {
    expect(++together).toBe(1);
    seen.push(state);
    await new Promise((resolve) => setTimeout(resolve, ms));
    together--;
  }, restMs);
  return { queue, seen, set: (value: number) => (state = value) };
}

describe('LatestWins', () => {
  it('runs at once when nothing runs', () => {
    const { queue, seen } = job(10, 100);
    queue.request('soon');
    expect(seen).toEqual([0]);
  });
  it('makes one run of all requests that come during a run, for the latest state', async () => {
    const { queue, seen, set } = job(50, 0);
    queue.request('now');
    for (const value of [1, 2, 3]) {
      set(value);
      queue.request('now');
    }
    await vi.advanceTimersByTimeAsync(200);
    expect(seen).toEqual([0, 3]);
  });
  it('rests between runs that can wait', async () => {
    const { queue, seen, set } = job(5, 100);
    queue.request('soon');
    for (let ms = 0; ms < 300; ms += 10) {
      set(ms);
      queue.request('soon');
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(seen.length).toBeGreaterThanOrEqual(3);
    expect(seen.length).toBeLessThanOrEqual(4);
  });
  it('does not let the last stroke wait', async () => {
    const { queue, seen, set } = job(5, 1000);
    queue.request('soon');
    await vi.advanceTimersByTimeAsync(10);
    set(1);
    queue.request('soon');
    expect(seen).toEqual([0]);
    queue.request('now');
    expect(seen).toEqual([0, 1]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(seen).toEqual([0, 1]);
  });
  it('an urgent request during a run is not made to wait by a later one that can', async () => {
    const { queue, seen } = job(50, 10_000);
    queue.request('now');
    queue.request('now');
    queue.request('soon');
    await vi.advanceTimersByTimeAsync(60);
    expect(seen).toHaveLength(2);
  });
});
