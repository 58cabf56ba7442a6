/**
 * Randomness that can be asked for again: a counter-based generator whose every draw is a hash of a key and
 * a counter, so that a run that resumes at step 1000 draws what the uninterrupted run drew there. Keys come
 * from `derive`, which depends on the parent's key alone and never on how much was drawn from the parent.
 */
export class Random {
  readonly #key0: number;
  readonly #key1: number;
  #counter = 0;

  constructor(key0: number, key1: number) {
    this.#key0 = key0 | 0;
    this.#key1 = key1 | 0;
  }

  static fromSeed(seed: number): Random {
    return new Random(mix(seed | 0), mix(Math.floor(seed / 2 ** 32) ^ 0x7f4a7c15));
  }

  /** An independent generator for each list of keys, e.g. `random.derive('augment', sampleIndex)`. */
  derive(...keys: readonly (number | string)[]): Random {
    let key0 = this.#key0;
    let key1 = this.#key1;
    for (const key of keys) {
      const word = typeof key === 'number' ? mix(key) ^ mix(Math.floor(key / 2 ** 32)) : hashText(key);
      key0 = mix(key0 ^ word);
      key1 = mix(Math.imul(key1, 0x9e3779b1) + word + key0);
    }
    return new Random(key0, key1);
  }

  /** 32 random bits as an unsigned integer. */
  uint32(): number {
    this.#counter = (this.#counter + 1) | 0;
    return (mix(mix(Math.imul(this.#counter, 0x9e3779b9) ^ this.#key0) + this.#key1) >>> 0) as number;
  }

  /** Uniform in [0, 1), 32 bits fine. */
  next(): number {
    return this.uint32() / 2 ** 32;
  }

  /** Uniform in [low, high). */
  uniform(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** Uniform integer in [0, below). */
  int(below: number): number {
    return Math.floor(this.next() * below);
  }

  /** Standard normal by Box and Muller; always two draws, so that the counter does not depend on values. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return radius * Math.cos(2 * Math.PI * this.next());
  }

  /** Fisher-Yates in place. */
  shuffle<A extends { length: number; [index: number]: number }>(items: A): A {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      const held = items[i]!;
      items[i] = items[j]!;
      items[j] = held;
    }
    return items;
  }
}

/** Finaliser of MurmurHash3: every input bit reaches every output bit. */
function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mix(hash);
}
