/** Seeded numbers for tests and benches (mulberry32), so that a failing case can be run again. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 4294967296;
  };
}

/** Uniform in +-range, already rounded to float32 so that both sides of a comparison start equal. */
export function uniform(random: () => number, count: number, range: number): Float64Array {
  return Float64Array.from({ length: count }, () => Math.fround((2 * random() - 1) * range));
}
