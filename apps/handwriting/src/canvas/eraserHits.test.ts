import { expect, it } from 'vitest';
import { ERASER_RADIUS, eraserHits } from './eraserHits.ts';
import { InkStroke } from './inkStroke.ts';

function line(...points: [number, number][]): InkStroke {
  const zeros = points.map(() => 0);
  return InkStroke.from('id', 'pen', {
    x: points.map(([x]) => x),
    y: points.map(([, y]) => y),
    t: points.map((_, i) => i),
    p: zeros,
  });
}

it('hits a stroke it crosses between two points of both', () => {
  const stroke = line([0, 0], [100, 100]);
  expect(eraserHits([stroke], { x: 0, y: 100 }, { x: 100, y: 0 })).toEqual([stroke]);
});
it('hits within its radius, not beyond', () => {
  const stroke = line([0, 0], [100, 0]);
  const at = (y: number) => eraserHits([stroke], { x: 50, y }, { x: 50, y }).length;
  expect([at(ERASER_RADIUS - 0.1), at(ERASER_RADIUS + 0.1)]).toEqual([1, 0]);
});
it('does not hit the empty corner of a stroke’s box', () => {
  const stroke = line([0, 0], [0, 100], [100, 100]);
  expect(eraserHits([stroke], { x: 80, y: 20 }, { x: 90, y: 10 })).toEqual([]);
});
it('hits a dot', () => {
  const dot = line([5, 5]);
  expect(eraserHits([dot], { x: 0, y: 0 }, { x: 10, y: 10 })).toEqual([dot]);
});
