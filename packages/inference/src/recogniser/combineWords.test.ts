import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combineWords } from './combineWords.ts';

const readings = fc
  .array(fc.integer({ min: -50, max: 0 }), { minLength: 1, maxLength: 4 })
  .map((scores) => scores.sort((a, b) => b - a));

describe('combineWords', () => {
  it('finds the best of all combinations, and their choices', () => {
    fc.assert(
      fc.property(
        fc.array(readings, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 9 }),
        (scores, count) => {
          let all = [0];
          for (const own of scores) all = all.flatMap((before) => own.map((score) => before + score));
          all.sort((a, b) => b - a);
          const best = combineWords(scores, count);
          expect(best.map(({ score }) => score)).toEqual(all.slice(0, count));
          for (const { choices, score } of best)
            expect(choices.reduce((sum, choice, w) => sum + scores[w]![choice]!, 0)).toBe(score);
          expect(new Set(best.map(({ choices }) => choices.join())).size).toBe(best.length);
        },
      ),
    );
  });

  it('has one way to write nothing', () => {
    expect(combineWords([], 3)).toEqual([{ choices: [], score: 0 }]);
  });
});
