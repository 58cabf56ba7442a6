/** The tokens that a network knows, each by its number: its place in the list. */
import { RivuletError } from '../errors.ts';

export class Vocabulary {
  readonly tokens: readonly string[];
  readonly #numbers: ReadonlyMap<string, number>;

  /** @throws ARGUMENT for a token that is there twice */
  constructor(tokens: readonly string[]) {
    this.tokens = tokens;
    this.#numbers = new Map(tokens.map((token, i) => [token, i]));
    if (this.#numbers.size === tokens.length) return;
    const twice = tokens.find((token, i) => tokens.indexOf(token) < i)!;
    throw new RivuletError('ARGUMENT', `${JSON.stringify(twice)} is in the vocabulary twice`, {
      token: twice,
    });
  }

  /** Those of a text or of many, in the order of their code units. */
  static of(texts: Iterable<readonly string[]>): Vocabulary {
    const found = new Set<string>();
    for (const tokens of texts) for (const token of tokens) found.add(token);
    return new Vocabulary([...found].sort());
  }

  get size(): number {
    return this.tokens.length;
  }

  /** @throws ARGUMENT { token, place } for one that is unknown */
  numbers(tokens: readonly string[]): number[] {
    return tokens.map((token, place) => {
      const number = this.#numbers.get(token);
      if (number !== undefined) return number;
      const message = `${JSON.stringify(token)}, token ${place + 1}, is none of the ${this.size} that are known`;
      throw new RivuletError('ARGUMENT', message, { token, place });
    });
  }
}
