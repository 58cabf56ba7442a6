/** @returns fills arrays with values spread evenly over [-size, size], the same for a seed everywhere */
export function randomFloats(seed: number): (count: number, size: number) => Float32Array {
  let state = seed >>> 0 || 1;
  return (count, size) =>
    Float32Array.from({ length: count }, () => {
      // Mulberry32.
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return (((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1) * size;
    });
}
