/** Between what a caller pushes, [T, B, features], and a tensor of the graph, which may order them otherwise. */
import type { AnyTensor } from '../engine/engine.ts';
import type { Layout } from './streamProgram.ts';

type Numbers = AnyTensor['data'];

/** [T, B, features] to the graph's order. @returns the very data where the two are the same */
export function toGraph<D extends Numbers>(data: D, layout: Layout, T: number, B: number): D {
  return reordered(data, layout, T, B, (out, i, j) => {
    out[i] = data[j]!;
  });
}

/** The graph's order to [T, B, features]; T is 1 for a value of the newest step alone. */
export function fromGraph(data: Float32Array, layout: Layout, T: number, B: number): Float32Array {
  return reordered(data, layout, layout.last ? 1 : T, B, (out, i, j) => {
    out[j] = data[i]!;
  });
}

/** @param move gets an index in the graph's order and the one in [T, B, features] of the same element */
function reordered<D extends Numbers>(
  data: D,
  { before, timeFirst, between }: Layout,
  T: number,
  B: number,
  move: (out: Numbers, graph: number, own: number) => void,
): D {
  // [T, between, B, after] or [B, between, T, after] is [T, B, between, after] where what would change places is 1.
  const same = timeFirst ? between === 1 || B === 1 : T === 1 || (between === 1 && B === 1);
  if (before === 1 && same) return data;
  const out = data.slice() as D;
  const after = data.length / (before * T * between * B);
  const [outer, inner] = timeFirst ? [T, B] : [B, T];
  let graph = 0;
  for (let p = 0; p < before; p++) {
    for (let o = 0; o < outer; o++) {
      for (let q = 0; q < between; q++) {
        for (let i = 0; i < inner; i++) {
          const [t, b] = timeFirst ? [o, i] : [i, o];
          const own = ((t * B + b) * before * between + p * between + q) * after;
          for (let r = 0; r < after; r++) move(out, graph++, own + r);
        }
      }
    }
  }
  return out;
}
