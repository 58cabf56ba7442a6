import { expect, it } from 'vitest';
import type { InkSample } from '../api.ts';
import { splitInk } from './ownInk.ts';

const options = { heldOut: 0.25, seed: 1 };
const samples = Array.from(
  { length: 400 },
  (_, i): InkSample => ({
    label: 'word',
    ink: [{ x: [0, i], y: [i % 7, 1] }],
  }),
);
/** Places among `samples` of what judges, of the first `n`. */
const judges = (n: number, own = samples): number[] =>
  [...splitInk(own.slice(0, n), options).judge].sort((a, b) => a - b);

it('keeps every sample on its side when more of them come', () => {
  for (let n = 24; n < samples.length; n += 17) {
    const all = judges(samples.length);
    expect(judges(n)).toEqual(all.filter((place) => place < n));
  }
});
it('lets about the part that is asked for judge, another one by another seed', () => {
  const found = judges(400);
  expect(found.length).toBeGreaterThan(80);
  expect(found.length).toBeLessThan(120);
  const other = splitInk(samples, { ...options, seed: 2 }).judge;
  expect([...other].sort((a, b) => a - b)).not.toEqual(found);
});
it('leaves neither part empty, and no fewer judges than half of those asked for', () => {
  for (let start = 0; start < 300; start += 7) {
    for (const n of [2, 3, 5, 8, 16]) {
      const { learn, judge } = splitInk(samples.slice(start, start + n), options);
      expect(learn.length + judge.length).toBe(n);
      expect(learn.length).toBeGreaterThan(0);
      expect(judge.length).toBeGreaterThanOrEqual(Math.ceil(n / 8));
    }
  }
});
