import type { Ink } from '@rivulet/core';
import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import { beginElsewhere } from './beginElsewhere.ts';

/** A ring that nearly closes, and an arc that does not. */
const arc = (points: number, part: number) => ({
  x: Float32Array.from({ length: points }, (_, p) => Math.cos((2 * Math.PI * part * p) / points)),
  y: Float32Array.from({ length: points }, (_, p) => Math.sin((2 * Math.PI * part * p) / points)),
});
const ink: Ink = [arc(40, 1), arc(30, 0.6)];
const keyed = (key: number) => Random.fromSeed(4).derive(key);
const pointsOf = ({ x, y }: Ink[number]) => Array.from(x, (u, p) => [u, y[p]!] as const);

describe('beginElsewhere', () => {
  it('is one draw of one key, and leaves ink as it is where no chance is given', () => {
    const draw = (key: number) => beginElsewhere(ink, { restart: 0.5, cut: 0.5 }, keyed(key)).map(pointsOf);
    expect(draw(1)).toEqual(draw(1));
    expect(Array.from({ length: 20 }, (_, key) => draw(key).length)).toContain(4);
    expect(beginElsewhere(ink, { restart: 0, cut: 0 }, keyed(1))).toBe(ink);
  });

  it('begins a stroke that closes at any of its points, and no other', () => {
    const starts = new Set<number>();
    for (let key = 0; key < 400; key++) {
      const [ring, open] = beginElsewhere(ink, { restart: 1, cut: 0 }, keyed(key));
      const all = pointsOf(ink[0]!);
      const first = all.findIndex(([x, y]) => x === ring!.x[0] && y === ring!.y[0]);
      expect(pointsOf(ring!)).toEqual([...all.slice(first), ...all.slice(0, first)]);
      expect(open).toEqual(ink[1]);
      starts.add(first);
    }
    expect(starts.size).toBe(40);
  });

  it('cuts a stroke in two that share a point, neither of them short; a dot stays whole', () => {
    for (let key = 0; key < 200; key++) {
      const [left, right, ...others] = beginElsewhere([ink[1]!], { restart: 0, cut: 1 }, keyed(key)).map(
        pointsOf,
      );
      expect(others).toEqual([]);
      expect(right![0]).toEqual(left!.at(-1));
      expect([...left!, ...right!.slice(1)]).toEqual(pointsOf(ink[1]!));
      expect(Math.min(left!.length, right!.length)).toBeGreaterThanOrEqual(4);
    }
    const dot = [
      { x: [1], y: [2] },
      { x: [], y: [] },
      { x: [1, 2], y: [3, 4] },
    ];
    expect(beginElsewhere(dot, { restart: 1, cut: 1 }, keyed(1)).map(pointsOf)).toEqual(
      beginElsewhere(dot, { restart: 1, cut: 0 }, keyed(1)).map(pointsOf),
    );
  });

  it('does so as often as it is asked to', () => {
    const share = Array.from(
      { length: 1000 },
      (_, key) => beginElsewhere([ink[1]!], { restart: 0, cut: 0.3 }, keyed(key)).length - 1,
    ).reduce((a, b) => a + b);
    // Five standard deviations of 1,000 draws.
    expect(Math.abs(share / 1000 - 0.3)).toBeLessThan(0.075);
  });
});
