import { expect, it } from 'vitest';
import { InkStroke } from '../canvas/inkStroke.ts';
import { lessonsOf } from './lessons.ts';

const stroke = (id: string, ...x: number[]) =>
  InkStroke.from(id, 'pen', { x, y: x.map((v) => -v), t: x, p: x });

it('takes the words a person spoke about, with all of their ink in its order', () => {
  const strokes = [stroke('a', 1, 2), stroke('b', 3), stroke('c', 4)];
  expect(lessonsOf({ 'a c': 'it', b: 'was' }, strokes)).toEqual([
    {
      key: 'a c it',
      label: 'it',
      ink: [
        { x: [1, 2], y: [-1, -2] },
        { x: [4], y: [-4] },
      ],
    },
    { key: 'b was', label: 'was', ink: [{ x: [3], y: [-3] }] },
  ]);
});
it('takes no word of which ink is gone', () => {
  expect(lessonsOf({ 'a b': 'it', c: 'was' }, [stroke('a', 1), stroke('c', 2)])).toHaveLength(1);
});
