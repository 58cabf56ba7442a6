/** Numbers between what a caller pushes and a tensor of any order, one by one: not one of them elsewhere. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromGraph, toGraph } from './layout.ts';

const size = fc.integer({ min: 1, max: 3 });
const cases = fc.record({
  ...{ before: size, T: size, between: size, B: size, after: size },
  ...{ timeFirst: fc.boolean(), last: fc.boolean() },
});

it('every number comes to its place, and back', () => {
  fc.assert(
    fc.property(cases, ({ before, T, between, B, after, timeFirst, last }) => {
      const steps = last ? 1 : T;
      const own: number[] = [];
      const graph: number[] = [];
      // The number of step t of sequence b: its place in the sequence's own row, which is [before, between, after].
      const number = (t: number, b: number, p: number, q: number, r: number): number =>
        (((t * B + b) * before + p) * between + q) * after + r;
      const [outer, inner] = timeFirst ? [steps, B] : [B, steps];
      for (let p = 0; p < before; p++) {
        for (let o = 0; o < outer; o++) {
          for (let q = 0; q < between; q++) {
            for (let i = 0; i < inner; i++) {
              const [t, b] = timeFirst ? [o, i] : [i, o];
              for (let r = 0; r < after; r++) graph.push(number(t, b, p, q, r));
            }
          }
        }
      }
      for (let i = 0; i < graph.length; i++) own.push(i);
      const layout = { before, timeFirst, between, ...(last && { last: true as const }) };
      expect([...fromGraph(Float32Array.from(graph), layout, T, B)]).toEqual(own);
      expect([...toGraph(Float32Array.from(own), layout, steps, B)]).toEqual(graph);
    }),
    { numRuns: 2000 },
  );
});
