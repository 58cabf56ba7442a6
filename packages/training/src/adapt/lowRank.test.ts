import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addProduct } from './delta.ts';
import { factorGradients } from './lowRank.ts';

it('gives A and B the gradients of the sum that they make', () => {
  const size = fc.integer({ min: 1, max: 5 });
  fc.assert(
    fc.property(
      fc.constantFrom(1, 2),
      size,
      size,
      fc.integer({ min: 1, max: 3 }),
      (dirs, rows, columns, rank) => {
        const wave = (length: number, speed: number) =>
          Float32Array.from({ length }, (_, i) => Math.sin(speed * (i + 1)));
        const shape = [dirs, rows, columns] as const;
        const dw = wave(dirs * rows * columns, 1.7);
        const pair = { a: wave(dirs * rows * rank, 2.3), b: wave(dirs * rank * columns, 3.1) };
        const gradients = { a: pair.a.slice().fill(9), b: pair.b.slice().fill(9) };
        factorGradients(dw, 0.5, pair, gradients, shape, rank);
        // The loss is linear in A and in B alone, so a step of any length gives its slope.
        const loss = (a: Float32Array, b: Float32Array): number => {
          const sum = new Float32Array(dw.length);
          addProduct(sum, a, b, shape, rank);
          return 0.5 * sum.reduce((all, value, i) => all + value * dw[i]!, 0);
        };
        for (const key of ['a', 'b'] as const) {
          for (let i = 0; i < pair[key].length; i++) {
            const moved = { ...pair, [key]: pair[key].with(i, pair[key][i]! + 1) };
            expect(gradients[key][i]).toBeCloseTo(loss(moved.a, moved.b) - loss(pair.a, pair.b), 5);
          }
        }
      },
    ),
    { numRuns: 60 },
  );
});
