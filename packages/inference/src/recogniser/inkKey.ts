/** A name for a piece of ink by what it is, so that ink that did not change is known again, also as a copy. */
import type { Stroke } from '@rivulet/core';

const bits = new Float64Array(1);
const words = new Uint32Array(bits.buffer);

/** 64 bits of hash (two of murmur's 32-bit mixes with different constants), and the counts. */
export function inkKey(strokes: readonly Stroke[]): string {
  let a = 0x9747b28c;
  let b = 0x3c6ef372;
  let points = 0;
  const mix = (value: number): void => {
    bits[0] = value;
    for (let i = 0; i < 2; i++) {
      const word = words[i]!;
      a = Math.imul(a ^ Math.imul(word, 0xcc9e2d51), 0x1b873593);
      a = (a ^ (a >>> 15)) + 0x6b64;
      b = Math.imul(b ^ Math.imul(word, 0x85ebca6b), 0xc2b2ae35);
      b = (b ^ (b >>> 13)) + 0x52dc;
    }
  };
  for (const { x, y } of strokes) {
    mix(x.length);
    points += x.length;
    for (let p = 0; p < x.length; p++) {
      mix(x[p]!);
      mix(y[p]!);
    }
  }
  return `${strokes.length}/${points}/${a >>> 0}/${b >>> 0}`;
}
