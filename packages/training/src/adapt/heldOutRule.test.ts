import { describe, expect, it } from 'vitest';
import { HeldOutRule, type Judgement } from './heldOutRule.ts';

const judged = (mistakes: number | undefined, loss: number): Judgement => ({ figures: { loss }, mistakes });
const rule = new HeldOutRule(judged(4, 1), 0.02);

describe('the held-out part', () => {
  it.each([
    ['fewer mistakes and a lower loss', 3, 0.9, true],
    ['as many mistakes and a lower loss', 4, 0.9, true],
    ['more mistakes, however low the loss', 5, 0.1, false],
    ['fewer mistakes and a higher loss, which is luck', 3, 1.1, false],
    ['fewer mistakes and nearly the same loss', 3, 0.99, false],
    ['as many mistakes and nearly the same loss', 4, 0.981, false],
    ['all as it was', 4, 1, false],
    ['a loss that is no number', 0, Number.NaN, false],
  ])('decides: %s', (_, mistakes, loss, kept) => {
    expect(rule.keeps(judged(mistakes, loss))).toBe(kept);
  });

  it('that has nothing wrong keeps it so', () => {
    const perfect = new HeldOutRule(judged(0, 0.1), 0.02);
    expect(perfect.keeps(judged(0, 0.05))).toBe(true);
    expect(perfect.keeps(judged(1, 0.05))).toBe(false);
  });

  it('ranks: fit to be kept, then a lower loss', () => {
    const ranked = [judged(3, 0.5), judged(4, 0.7), judged(2, 0.9), judged(5, 0.2), judged(1, 1.2)];
    for (const [i, a] of ranked.entries()) {
      for (const [j, b] of ranked.entries()) expect(rule.isBetter(a, b), `${i} before ${j}`).toBe(i < j);
    }
  });

  it('of which no mistakes are counted decides by the loss alone', () => {
    const alone = new HeldOutRule(judged(undefined, 1), 0);
    expect(alone.keeps(judged(undefined, 0.999))).toBe(true);
    expect(alone.keeps(judged(undefined, 1))).toBe(false);
    expect(alone.isBetter(judged(undefined, 0.8), judged(undefined, 0.9))).toBe(true);
    expect(alone.isBetter(judged(undefined, 0.9), judged(undefined, 0.9))).toBe(false);
  });
});
