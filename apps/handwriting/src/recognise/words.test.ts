import type { HandwritingPrediction } from '@rivulet/inference';
import { expect, it } from 'vitest';
import { InkStroke } from '../canvas/inkStroke.ts';
import { textOf, words } from './words.ts';

const strokes = ['a', 'b', 'c'].map((id) => InkStroke.from(id, 'pen', { x: [0], y: [0], t: [0], p: [0] }));
const prediction: HandwritingPrediction = {
  text: 'two words\nmore',
  score: -1,
  segmentationResult: [],
  words: [
    {
      text: 'two',
      beginIndex: 0,
      endIndex: 3,
      strokes: [0],
      alternatives: [
        { text: 'two', score: 0 },
        { text: 'too', score: -1 },
      ],
    },
    { text: 'words', beginIndex: 4, endIndex: 9, strokes: [1], alternatives: [] },
    {
      text: 'more',
      beginIndex: 10,
      endIndex: 14,
      strokes: [2],
      alternatives: [
        { text: 'move', score: 0 },
        { text: 'more', score: -1 },
      ],
    },
  ],
};

it('cuts a page into words that put together are the page', () => {
  const all = words(prediction, strokes);
  expect(all.map(({ gap }) => gap)).toEqual([' ', '\n', '']);
  expect(all.map(({ key }) => key)).toEqual(['a', 'b', 'c']);
  expect(textOf(all, {})).toBe(prediction.text);
});
it('offers each reading once, the shown one first', () => {
  expect(words(prediction, strokes).map(({ readings }) => readings)).toEqual([
    ['two', 'too'],
    ['words'],
    ['more', 'move'],
  ]);
});
it('puts the person’s choice in, as long as the word has the same ink', () => {
  const choices = { a: 'too', 'b c': 'other' };
  expect(textOf(words(prediction, strokes), choices)).toBe('too words\nmore');
});
