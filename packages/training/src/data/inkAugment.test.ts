import type { Ink } from '@rivulet/core';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import { augmentInk, augmentStep, type InkAugment, InkAugmentRecipe } from './inkAugment.ts';

const amountsOf = (some: Partial<InkAugment>): InkAugment => v.parse(InkAugmentRecipe, some);
const all = amountsOf({
  rotation: 0.06,
  shear: 0.12,
  stretch: 0.12,
  uneven: 0.25,
  wave: 0.05,
  swell: 0.12,
  place: 0.02,
  noise: 0.004,
  step: 0.12,
});
const keyed = (key: number) => Random.fromSeed(20).derive(key);

/** A word's worth of unit height: two long strokes, a dot and a stroke without points. */
const ink: Ink = [
  {
    x: Float32Array.from({ length: 80 }, (_, p) => p / 20),
    y: Float32Array.from({ length: 80 }, (_, p) => 0.5 * Math.sin(p / 3)),
  },
  { x: Float32Array.of(2.5), y: Float32Array.of(-0.7) },
  { x: new Float32Array(0), y: new Float32Array(0) },
  {
    x: Float32Array.from({ length: 40 }, (_, p) => 4 + p / 16),
    y: Float32Array.from({ length: 40 }, (_, p) => 0.4 - p / 40),
  },
];
const plain = (some: Ink) => some.map(({ x, y }) => [Array.from(x), Array.from(y)]);
/** [x, y, x after, y after] of each point. */
const moved = (after: Ink) =>
  ink.flatMap(({ x, y }, s) =>
    Array.from(x, (u, p) => [u, y[p]!, after[s]!.x[p]!, after[s]!.y[p]!] as const),
  );
const axis = (some: Ink, name: 'x' | 'y') => some.flatMap((stroke) => Array.from(stroke[name]));
const largest = (values: readonly number[]) => Math.max(...values.map(Math.abs));
/** float32 coordinates of up to ten heights. */
const ROUNDING = 2e-6;

describe('augmentInk', () => {
  it('is one draw of one key: the same again for the same, other ink for another', () => {
    expect(plain(augmentInk(ink, all, keyed(1)))).toEqual(plain(augmentInk(ink, all, keyed(1))));
    expect(plain(augmentInk(ink, all, keyed(1)))).not.toEqual(plain(augmentInk(ink, all, keyed(2))));
  });

  it('leaves ink as it is when no amount is given, and never touches the original', () => {
    const before = plain(ink);
    expect(plain(augmentInk(ink, amountsOf({}), keyed(1)))).toEqual(before);
    augmentInk(ink, all, keyed(1));
    expect(plain(ink)).toEqual(before);
  });

  it('keeps strokes, their order and their points, with finite numbers, for any ink and the largest amounts', () => {
    const most = amountsOf(
      Object.fromEntries(
        Object.keys(InkAugmentRecipe.entries).map((key) => [key, key === 'reorder' || key === 'cut' ? 0 : 1]),
      ),
    );
    const coordinate = fc.double({ min: -50, max: 50, noNaN: true });
    const stroke = fc
      .array(fc.tuple(coordinate, coordinate), { maxLength: 5 })
      .map((at) => ({ x: at.map(([x]) => x), y: at.map(([, y]) => y) }));
    const dot = fc.constant({ x: [0], y: [0] });
    fc.assert(
      fc.property(fc.array(fc.oneof(stroke, dot), { maxLength: 5 }), fc.nat(), (strokes, key) => {
        const out = augmentInk(strokes, most, keyed(key));
        expect(out.map(({ x }) => x.length)).toEqual(strokes.map(({ x }) => x.length));
        expect(out.map(({ y }) => y.length)).toEqual(strokes.map(({ y }) => y.length));
        for (const { x, y } of out) {
          expect([...Array.from(x), ...Array.from(y)].every(Number.isFinite)).toBe(true);
        }
      }),
    );
  });

  it('moves no point further than the amounts in the recipe allow', () => {
    // The turn is the long lever: 3 deviations over the word's length; the rest adds up to less than one height.
    for (let key = 0; key < 100; key++) {
      const beyond = moved(augmentInk(ink, all, keyed(key))).filter(
        ([x, y, ax, ay]) =>
          Math.abs(ay - y) > 3 * 0.06 * 1.5 * x + 1 ||
          ax < x * Math.exp(-0.36) * 0.98 - 1.5 ||
          ax > x * Math.exp(0.36) + 1.5,
      );
      expect(beyond).toEqual([]);
    }
  });

  // What one amount alone may do, by its definition; `size` is how much of the amount a draw used, at most 1.
  const alone: Record<
    Exclude<keyof InkAugment, 'step' | 'restart' | 'cut' | 'reverse' | 'reorder'>,
    (after: Ink, amount: number) => number
  > = {
    rotation(after, amount) {
      const [first, ...others] = moved(after);
      const [x0, y0, ax0, ay0] = first!;
      // Rigid: all distances stay.
      const distances = others.map(
        ([x, y, ax, ay]) => Math.hypot(ax - ax0, ay - ay0) - Math.hypot(x - x0, y - y0),
      );
      expect(largest(distances)).toBeLessThan(10 * ROUNDING);
      const turns = others.map(
        ([x, y, ax, ay]) => Math.atan2(ay - ay0, ax - ax0) - Math.atan2(y - y0, x - x0),
      );
      const turn = turns.at(-1)!;
      expect(largest(turns.slice(50).map((t) => t - turn))).toBeLessThan(1e-4);
      return turn / (3 * amount);
    },
    shear(after, amount) {
      expect(axis(after, 'y')).toEqual(axis(ink, 'y'));
      const slants = moved(after).map(([x, y, ax]) => (Math.abs(y) < 0.1 ? 0 : (ax - x) / y));
      return largest(slants) / (3 * amount);
    },
    stretch(after, amount) {
      expect(axis(after, 'y')).toEqual(axis(ink, 'y'));
      const [, ...others] = moved(after);
      const factors = others.map(([x, , ax]) => Math.log(ax / x));
      expect(Math.max(...factors) - Math.min(...factors)).toBeLessThan(1e-5);
      return factors[0]! / (3 * amount);
    },
    uneven(after, amount) {
      expect(axis(after, 'y')).toEqual(axis(ink, 'y'));
      const widths = ink.flatMap(({ x }, s) =>
        Array.from(x, (u, p) =>
          p === 0 ? 0 : (after[s]!.x[p]! - after[s]!.x[p - 1]!) / (u - x[p - 1]!) - 1,
        ),
      );
      // A difference of float32 places over a gap of 1/20.
      return largest(widths) / (amount + 200 * ROUNDING);
    },
    wave(after, amount) {
      expect(axis(after, 'x')).toEqual(axis(ink, 'x'));
      return largest(moved(after).map(([, y, , ay]) => ay - y)) / (amount + ROUNDING);
    },
    swell(after, amount) {
      expect(axis(after, 'x')).toEqual(axis(ink, 'x'));
      const parts = moved(after).map(([, y, , ay]) => (Math.abs(y) < 0.1 ? 0 : ay / y - 1));
      return largest(parts) / (amount + 10 * ROUNDING);
    },
    place(after, amount) {
      const shifts = ink
        .map(({ x, y }, s) =>
          Array.from(x, (u, p) => [after[s]!.x[p]! - u, after[s]!.y[p]! - y[p]!] as const),
        )
        .filter((stroke) => stroke.length > 0);
      const within = shifts.flatMap((stroke) =>
        stroke.flatMap(([dx, dy]) => [dx - stroke[0]![0], dy - stroke[0]![1]]),
      );
      expect(largest(within)).toBeLessThan(ROUNDING);
      // Each stroke has a place of its own.
      expect(new Set(shifts.map(([first]) => first![0])).size).toBe(shifts.length);
      return largest(shifts.flat(2)) / (3 * amount + ROUNDING);
    },
    noise(after, amount) {
      const shifts = moved(after).map(([x, y, ax, ay]) => [ax - x, ay - y] as const);
      expect(new Set(shifts.map(([dx]) => dx)).size).toBeGreaterThan(shifts.length / 2);
      return largest(shifts.flat()) / (3 * amount + ROUNDING);
    },
  };
  it.each(Object.entries(alone))('%s alone does what its name says, up to its amount', (name, sizeOf) => {
    for (const amount of [0.02, 0.2]) {
      const sizes = Array.from({ length: 40 }, (_, key) =>
        sizeOf(augmentInk(ink, amountsOf({ [name]: amount }), keyed(key)), amount),
      );
      expect(largest(sizes)).toBeLessThanOrEqual(1);
      // and it does use its room
      expect(largest(sizes)).toBeGreaterThan(0.5);
    }
  });
});

describe('ink drawn another way', () => {
  const orders = (some: Partial<InkAugment>) =>
    Array.from({ length: 200 }, (_, key) => {
      const after = plain(augmentInk(ink, amountsOf(some), keyed(key)));
      return after.map(([x, y]) => {
        const at = ink.findIndex((stroke) => stroke.x.length === x!.length);
        const same = JSON.stringify([x, y]) === JSON.stringify(plain(ink)[at]);
        const turned = JSON.stringify([x!.toReversed(), y!.toReversed()]) === JSON.stringify(plain(ink)[at]);
        expect(same || turned).toBe(true);
        return { at, turned: turned && !same };
      });
    });

  it('has as many strokes reversed as its amount says, each by itself and all in their places', () => {
    const drawn = orders({ reverse: 0.3 });
    for (const strokes of drawn) expect(strokes.map(({ at }) => at)).toEqual([0, 1, 2, 3]);
    const [first, last] = [0, 3].map((s) => drawn.filter((strokes) => strokes[s]!.turned).length / 200);
    // Four deviations of 200 draws.
    for (const share of [first, last]) expect(Math.abs(share! - 0.3)).toBeLessThan(0.13);
    expect(drawn.some((strokes) => strokes[0]!.turned !== strokes[3]!.turned)).toBe(true);
  });

  it('has every stroke once, in another order as often as its amount says', () => {
    const drawn = orders({ reorder: 0.5 }).map((strokes) => strokes.map(({ at }) => at));
    for (const order of drawn) expect([...order].sort()).toEqual([0, 1, 2, 3]);
    const moved = drawn.filter((order) => order.join() !== '0,1,2,3').length / 200;
    expect(moved).toBeGreaterThan(0.3);
    expect(moved).toBeLessThan(0.65);
  });

  it('draws nothing from what the other amounts draw', () => {
    const turned = amountsOf({ ...all, reverse: 1 });
    const [before, after] = [all, turned].map((amounts) => augmentInk(ink, amounts, keyed(4)));
    // A wave over the line moves a point by where it is: the same wave, whichever end comes first.
    expect(axis(after!, 'x')[0]).toBeCloseTo(before![0]!.x[79]!, 1);
  });
});

describe('augmentStep', () => {
  it('stays within its part of the step, on both sides, and is one draw of one key', () => {
    const steps = Array.from({ length: 200 }, (_, key) => augmentStep(0.2, all, keyed(key)));
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(0.2 * 0.88);
    expect(Math.max(...steps)).toBeLessThanOrEqual(0.2 * 1.12);
    expect(Math.min(...steps)).toBeLessThan(0.2 * 0.9);
    expect(Math.max(...steps)).toBeGreaterThan(0.2 * 1.1);
    expect(augmentStep(0.2, all, keyed(5))).toBe(steps[5]);
    expect(augmentStep(0.2, amountsOf({}), keyed(5))).toBe(0.2);
  });
});

describe('InkAugmentRecipe', () => {
  it('takes no amount for 0, and refuses misspelt and impossible ones', () => {
    expect(new Set(Object.values(amountsOf({})))).toEqual(new Set([0]));
    for (const wrong of [{ rotate: 0.1 }, { shear: -0.1 }, { noise: 2 }, { wave: '0.1' }]) {
      expect(v.safeParse(InkAugmentRecipe, wrong).success).toBe(false);
    }
  });
});
