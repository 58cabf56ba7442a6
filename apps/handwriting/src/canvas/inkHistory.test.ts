import { expect, it } from 'vitest';
import { InkHistory } from './inkHistory.ts';
import { InkStroke } from './inkStroke.ts';
import { strokeId } from './strokeId.ts';

const stroke = () => InkStroke.from(strokeId(), 'pen', { x: [0], y: [0], t: [0], p: [0.5] });
const added = (...strokes: InkStroke[]) => ({ added: strokes, removed: [] });
const removed = (...strokes: InkStroke[]) => ({ added: [], removed: strokes });

it('undoes and redoes every step, and says what changed', () => {
  const [a, b] = [stroke(), stroke()];
  const history = new InkHistory();
  history.push(added(a));
  history.push(added(b));
  expect(history.undo()).toEqual(removed(b));
  expect(history.strokes).toEqual([a]);
  expect(history.redo()).toEqual(added(b));
  expect(history.strokes).toEqual([a, b]);
  expect(history.redo()).toBeUndefined();
});

it('brings cleared strokes back to their places', () => {
  const [a, b, c] = [stroke(), stroke(), stroke()];
  const history = new InkHistory([c, a]);
  expect(history.strokes).toEqual([a, c]);
  history.push(added(b));
  history.push(removed(a, b, c));
  expect(history.strokes).toEqual([]);
  history.undo();
  expect(history.strokes).toEqual([a, b, c]);
  expect(history.canUndo).toBe(true);
  history.undo();
  // What was there when the page was opened is no step.
  expect(history.canUndo).toBe(false);
  expect(history.strokes).toEqual([a, c]);
});

it('forgets what was undone once something new is written', () => {
  const [a, b] = [stroke(), stroke()];
  const history = new InkHistory();
  history.push(added(a));
  history.undo();
  history.push(added(b));
  expect(history.canRedo).toBe(false);
  expect(history.strokes).toEqual([b]);
});

it('takes no step that changes nothing', () => {
  const history = new InkHistory();
  history.push(added());
  expect(history.canUndo).toBe(false);
});
