import { expect, it } from 'vitest';
import { studentWithin } from './studentWithin.ts';

it('is what tables of the distribution say', () => {
  // Of each freedom the distance within which 80, 95 and 99 % lie.
  for (const [freedom, ...distances] of [
    [1, 3.077684, 12.706205, 63.656741],
    [2, 1.885618, 4.302653, 9.924843],
    [5, 1.475884, 2.570582, 4.032143],
    [30, 1.310415, 2.042272, 2.749996],
    [1e6, 1.281552, 1.959966, 2.575834],
  ] as const) {
    [0.8, 0.95, 0.99].forEach((part, i) => {
      expect(studentWithin(distances[i]!, freedom), `${freedom}`).toBeCloseTo(part, 6);
    });
  }
});

it('has closed forms at 1 and 2 degrees of freedom', () => {
  for (const z of [0, 1e-6, 0.1, 1, 7, 1e4]) {
    expect(studentWithin(z, 1)).toBeCloseTo((2 / Math.PI) * Math.atan(z), 10);
    expect(studentWithin(z, 2)).toBeCloseTo(z / Math.sqrt(2 + z * z), 10);
  }
});
