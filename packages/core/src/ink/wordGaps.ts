/**
 * Decides which gaps between strokes part words. Some people write letters as far apart as others write words, so
 * no fixed width will do: the gaps of a page are taken for two groups, within words and between them, and of all
 * ways to cut the sorted gaps in two the likeliest is chosen.
 */

/** A stroke in its line, from left to right. */
export interface GapItem {
  /** Distance to the ink on its left in the same line; anything not positive is a touch. */
  readonly gap: number;
  /** Begins a line, and so a word. */
  readonly first: boolean;
  /** Number of downstrokes. */
  readonly downs: number;
}

/*
 * Below: what the gaps of 12,500 lines of UNIPEN are like. Gaps are logarithms of widths in units of `gapUnit`;
 * each group is normal around a mean of its own, which from writer to writer is normal around MEAN. All numbers
 * were fitted to give the right number of words in lines of the training writers without splitting their single
 * words.
 */
interface Group {
  readonly mean: number;
  /** Deviation of the writers' means. */
  readonly meanDeviation: number;
  /** Deviation of one writer's gaps. */
  readonly deviation: number;
}
const WITHIN: Group = { mean: -1.38, meanDeviation: 0.48, deviation: 0.57 };
const BETWEEN: Group = { mean: 1.89, meanDeviation: 0.51, deviation: 0.44 };
/** Who writes letters further apart writes words further apart: by this part. */
const FOLLOWS = 0.59;
/** Words have about 10 downstrokes, gamma distributed: shape and scale, and the constant that goes with them. */
const DOWNS_SHAPE = 4.25;
const DOWNS_SCALE = 2.67;
const WORD_COST = 3;
/** A dash or a dot counts as this many downstrokes. */
const NO_DOWNS = 0.6;
/** Narrower gaps part nothing. */
const LEAST_GAP = 0.08;

/**
 * @param items lines after one another
 * @param unit width that the fitted numbers count in
 * @returns per item whether it begins a word
 */
export function wordStarts(items: readonly GapItem[], unit: number): boolean[] {
  const widths = items.map(({ gap, first }) =>
    !first && gap > LEAST_GAP * unit ? Math.log(gap / unit) : -Infinity,
  );
  const cut = likeliestCut(items, widths);
  return items.map(({ first }, i) => first || widths[i]! >= cut);
}

/** @returns the least width that parts words */
function likeliestCut(items: readonly GapItem[], widths: readonly number[]): number {
  // From every gap parting words to none: the narrowest that is left closes, and two words become one.
  const order = [...widths.keys()]
    .filter((i) => widths[i]! > -Infinity)
    .sort((a, b) => widths[a]! - widths[b]!);
  const words = new Words(items, (i) => items[i]!.first || widths[i]! > -Infinity);
  const within = new Moments();
  const between = new Moments();
  for (const i of order) between.add(widths[i]!, 1);
  let cut = -Infinity;
  let best = -Infinity;
  for (let closed = 0; closed <= order.length; closed++) {
    const width = closed < order.length ? widths[order[closed]!]! : Infinity;
    // Gaps of the same width are open or closed together.
    if (closed === 0 || width > widths[order[closed - 1]!]!) {
      const own = within.likeliestMean(WITHIN);
      const score =
        within.logLikelihood(WITHIN) +
        between.logLikelihood({ ...BETWEEN, mean: BETWEEN.mean + FOLLOWS * (own - WITHIN.mean) }) +
        words.score;
      if (score > best) {
        best = score;
        cut = width;
      }
    }
    if (closed === order.length) break;
    between.add(width, -1);
    within.add(width, 1);
    words.joinLeft(order[closed]!);
  }
  return cut;
}

/** Count, sum and squares of a group of widths. */
class Moments {
  #count = 0;
  #sum = 0;
  #squares = 0;

  add(width: number, sign: 1 | -1): void {
    this.#count += sign;
    this.#sum += sign * width;
    this.#squares += sign * width * width;
  }

  /** Of the writer's mean. */
  likeliestMean({ mean, meanDeviation, deviation }: Group): number {
    const prior = deviation ** 2 / meanDeviation ** 2;
    return (this.#sum + prior * mean) / (this.#count + prior);
  }

  /** With the writer's mean integrated out. */
  logLikelihood({ mean, meanDeviation, deviation }: Group): number {
    const n = this.#count;
    if (n === 0) return 0;
    const variance = deviation ** 2;
    const own = this.#sum / n;
    const spread = Math.max(0, this.#squares - n * own * own);
    return (
      -0.5 * n * Math.log(2 * Math.PI * variance) -
      spread / (2 * variance) -
      0.5 * Math.log(1 + (n * meanDeviation ** 2) / variance) -
      (own - mean) ** 2 / (2 * (meanDeviation ** 2 + variance / n))
    );
  }
}

/** Runs of items, joined one by one, with the log-likelihood of their numbers of downstrokes. */
class Words {
  score = 0;
  /** [items] first item of the word, by way of others (union-find). */
  readonly #firsts: Int32Array;
  readonly #downs: Float64Array;

  constructor(items: readonly GapItem[], begins: (i: number) => boolean) {
    this.#firsts = new Int32Array(items.length);
    this.#downs = new Float64Array(items.length);
    let first = 0;
    for (let i = 0; i < items.length; i++) {
      if (begins(i)) first = i;
      this.#firsts[i] = first;
      this.#downs[first]! += items[i]!.downs;
    }
    for (let i = 0; i < items.length; i++)
      if (this.#firsts[i] === i) this.score += lengthScore(this.#downs[i]!);
  }

  /** Joins the word that begins at item i with the one before it. */
  joinLeft(i: number): void {
    const before = this.#find(i - 1);
    const joined = this.#downs[before]! + this.#downs[i]!;
    this.score += lengthScore(joined) - lengthScore(this.#downs[before]!) - lengthScore(this.#downs[i]!);
    this.#downs[before] = joined;
    this.#firsts[i] = before;
  }

  #find(i: number): number {
    let at = i;
    while (this.#firsts[at] !== at) at = this.#firsts[at] = this.#firsts[this.#firsts[at]!]!;
    return at;
  }
}

function lengthScore(downs: number): number {
  const d = Math.max(NO_DOWNS, downs);
  return (DOWNS_SHAPE - 1) * Math.log(d) - d / DOWNS_SCALE - WORD_COST;
}
