import { expect, it } from 'vitest';
import { strokeId } from './strokeId.ts';

it('sorts by the time of making, even within a millisecond and when the clock is set back', () => {
  const now = Date.now() + 1000;
  const ids = [strokeId(now), strokeId(now), strokeId(now - 500), strokeId(now + 5)];
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(4);
});
