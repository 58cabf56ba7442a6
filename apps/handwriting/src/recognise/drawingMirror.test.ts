import type { HandwritingDrawing, HandwritingStroke } from '@rivulet/inference';
import { expect, it } from 'vitest';
import { InkStroke } from '../canvas/inkStroke.ts';
import { DrawingMirror } from './drawingMirror.ts';

/** A drawing that counts how often it is changed. */
function drawing() {
  let strokes: HandwritingStroke[] = [];
  const calls: string[] = [];
  return {
    calls,
    points: () => strokes.map((stroke) => stroke.getPoints().map(({ x }) => x)),
    addStroke: (stroke: HandwritingStroke) => {
      calls.push('add');
      strokes.push(stroke);
    },
    clear: () => {
      calls.push('clear');
      strokes = [];
    },
  };
}

const stroke = (id: string, ...x: number[]) => InkStroke.from(id, 'pen', { x, y: x, t: x, p: x });

it('adds what is new, lets strokes grow, and starts over only when something left', () => {
  const target = drawing();
  const mirror = new DrawingMirror(target as unknown as HandwritingDrawing);
  const [a, b] = [stroke('a', 1, 2), stroke('b', 3)];
  mirror.show([a]);
  mirror.show([a, b]);
  expect(target.calls).toEqual(['add', 'add']);
  b.add({ x: 4, y: 4, t: 4, p: 0 });
  mirror.show([a, b]);
  expect(target.points()).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(target.calls).toHaveLength(2);
  mirror.show([b]);
  expect(target.points()).toEqual([[3, 4]]);
  mirror.show([a, b]);
  expect(target.points()).toEqual([
    [1, 2],
    [3, 4],
  ]);
});
it('starts over when fewer strokes are shown', () => {
  const target = drawing();
  const mirror = new DrawingMirror(target as unknown as HandwritingDrawing);
  const [a, b] = [stroke('a', 1), stroke('b', 2)];
  mirror.show([a, b]);
  mirror.show([a]);
  expect(target.points()).toEqual([[1]]);
  mirror.show([]);
  expect(target.points()).toEqual([]);
});
