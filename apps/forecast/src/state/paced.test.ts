import { effect, signal } from '@preact/signals';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { paced } from './paced.ts';

describe('paced', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    return () => vi.useRealTimers();
  });

  /** A source, and what those who watch its paced copy see. */
  function watched() {
    const source = signal(0);
    const slow = paced(() => source.value, 200);
    const seen: number[] = [];
    effect(() => {
      seen.push(slow.value.value);
    });
    return { source, slow, seen };
  }

  it('shows the first change after a rest at once, then the newest of each stretch, and never loses the last', () => {
    const { source, seen } = watched();
    vi.advanceTimersByTime(1000);
    for (let step = 1; step <= 10; step++) {
      source.value = step;
      vi.advanceTimersByTime(50);
    }
    expect(seen).toEqual([0, 1, 4, 8]);
    vi.advanceTimersByTime(1000);
    expect(seen).toEqual([0, 1, 4, 8, 10]);
  });

  it('says nothing more once it is stopped', () => {
    const { source, slow, seen } = watched();
    source.value = 1;
    slow.stop();
    source.value = 2;
    vi.advanceTimersByTime(1000);
    expect(seen).toEqual([0]);
  });
});
