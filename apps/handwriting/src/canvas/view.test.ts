import { expect, it } from 'vitest';
import { clampTop, fitScale, toPageX, toPageY } from './view.ts';

const ink = (right: number, bottom: number) => ({ left: 0, top: 0, right, bottom });

it('shows ink of a wide screen whole on a narrow one, and never enlarges', () => {
  const scale = fitScale(ink(1200, 100), 390);
  expect(1200 * scale).toBeLessThan(390);
  expect(fitScale(ink(100, 100), 390)).toBe(1);
  expect(fitScale(undefined, 390)).toBe(1);
});
it('finds the page under a pointer', () => {
  const view = { scale: 0.5, top: 100 };
  expect([toPageX(view, 50), toPageY(view, 50)]).toEqual([100, 200]);
});
it('always leaves paper below the ink, and stops at the top', () => {
  expect(clampTop(-50, undefined, 800, 1)).toBe(0);
  expect(clampTop(500, undefined, 800, 1)).toBe(0);
  const lowest = clampTop(Infinity, ink(100, 2000), 800, 1);
  expect(lowest + 800).toBeGreaterThan(2000 + 400);
  expect(lowest).toBeLessThan(2000);
});
