/** The best texts of a page from the best readings of its words. */

/** For each word which of its readings is taken, and the sum of their scores. */
export interface Combination {
  readonly choices: readonly number[];
  readonly score: number;
}

/**
 * Words are independent of each other here, so the n best of the first k words and the readings of the next one
 * hold the n best of k + 1 words.
 * @param scores [words][readings] descending in each word; no word is without readings
 * @returns best first, at most `count`
 */
export function combineWords(scores: readonly (readonly number[])[], count: number): Combination[] {
  interface Link {
    readonly before: Link | undefined;
    readonly choice: number;
    readonly score: number;
  }
  let best: Link[] = [{ before: undefined, choice: -1, score: 0 }];
  for (const readings of scores) {
    const longer = best.flatMap((before) =>
      readings.slice(0, count).map((score, choice) => ({ before, choice, score: before.score + score })),
    );
    best = longer.sort((a, b) => b.score - a.score).slice(0, count);
  }
  return best.map((link) => {
    const choices: number[] = [];
    for (let at: Link | undefined = link; at?.before; at = at.before) choices.push(at.choice);
    return { choices: choices.reverse(), score: link.score };
  });
}
