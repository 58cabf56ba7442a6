/** The tokens that a network knows, each by its number: its place in the list. */
import { RivuletError } from '../errors.ts';

export class Vocabulary {
  readonly tokens: readonly string[];
  readonly #numbers: ReadonlyMap<string, number>;
  /** Number of whatever is not known; undefined: that is an error. */
  readonly #unknown: number | undefined;

  /**
   * @param unknown one of the tokens, that stands for all others
   * @throws ARGUMENT for a token that is there twice, or an `unknown` that is none
   */
  constructor(tokens: readonly string[], unknown?: string) {
    this.tokens = tokens;
    this.#numbers = new Map(tokens.map((token, i) => [token, i]));
    this.#unknown = unknown === undefined ? undefined : this.#numbers.get(unknown);
    if (unknown !== undefined && this.#unknown === undefined) {
      const message = `${JSON.stringify(unknown)}, which stands for unknown tokens, is not in the vocabulary`;
      throw new RivuletError('ARGUMENT', message, { token: unknown });
    }
    if (this.#numbers.size === tokens.length) return;
    const twice = tokens.find((token, i) => tokens.indexOf(token) < i)!;
    throw new RivuletError('ARGUMENT', `${JSON.stringify(twice)} is in the vocabulary twice`, {
      token: twice,
    });
  }

  /**
   * Those of a text or of many, in the order of their code units.
   * @param unknown stands for all others
   * @param least of these as well that are there less often
   */
  static of(texts: Iterable<readonly string[]>, unknown?: string, least = 1): Vocabulary {
    const counts = new Map<string, number>(unknown === undefined ? [] : [[unknown, least]]);
    for (const tokens of texts) {
      for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
    }
    const kept = [...counts].filter(([, count]) => count >= least).map(([token]) => token);
    return new Vocabulary(kept.sort(), unknown);
  }

  get size(): number {
    return this.tokens.length;
  }

  /** @throws ARGUMENT { token, place } for one that is unknown, unless a token stands for those */
  numbers(tokens: readonly string[]): number[] {
    return tokens.map((token, place) => {
      const number = this.#numbers.get(token) ?? this.#unknown;
      if (number !== undefined) return number;
      const message = `${JSON.stringify(token)}, token ${place + 1}, is none of the ${this.size} that are known`;
      throw new RivuletError('ARGUMENT', message, { token, place });
    });
  }
}
