import type { Tensor } from '@rivulet/core';
import { expect } from 'vitest';

/** Fails with the first element that differs by more than `tolerance`, absolute. */
export function expectSame(
  got: Readonly<Record<string, Tensor>>,
  expected: Readonly<Record<string, Tensor>>,
  tolerance: number,
): void {
  expect(Object.keys(got).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, { data, shape }] of Object.entries(expected)) {
    const mine = got[name]!;
    expect(mine.shape, `shape of ${name}`).toEqual([...shape]);
    const bad = data.findIndex((value, i) => !(Math.abs(mine.data[i]! - value) <= tolerance));
    if (bad >= 0) expect.fail(`${name}[${bad}] of ${data.length}: ${mine.data[bad]}, expected ${data[bad]}`);
  }
}
