/** A prediction as the words the page shows, each with the ink it was read from. */
import type { HandwritingPrediction } from '@rivulet/inference';
import type { InkStroke } from '../canvas/inkStroke.ts';

export interface Word {
  /** As recognised. */
  readonly text: string;
  /** Every reading of it, the likeliest first; `text` among them. */
  readonly readings: readonly string[];
  /** White space between this word and the next one. */
  readonly gap: string;
  readonly strokes: readonly InkStroke[];
  /** Names the word by its strokes: a choice made for it holds until its ink changes. */
  readonly key: string;
}

/** A person's choices, by the key of the word. */
export type Choices = Readonly<Record<string, string>>;

/** @param strokes those the prediction's stroke indices count. */
export function words({ text, words }: HandwritingPrediction, strokes: readonly InkStroke[]): Word[] {
  return words.map((word, i) => {
    const own = word.strokes.map((index) => strokes[index]!);
    return {
      text: word.text,
      readings: [...new Set([word.text, ...word.alternatives.map((reading) => reading.text)])].filter(
        Boolean,
      ),
      gap: text.slice(word.endIndex, words[i + 1]?.beginIndex ?? text.length),
      strokes: own,
      key: own.map(({ id }) => id).join(' '),
    };
  });
}

/** The text with the person's choices in it. */
export function textOf(all: readonly Word[], choices: Choices): string {
  return all.map((word) => shownText(word, choices) + word.gap).join('');
}

export function shownText({ key, text }: Word, choices: Choices): string {
  return choices[key] ?? text;
}
