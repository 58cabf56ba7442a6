/** Puts the readings of words together into texts of the page, as the WICG API hands them out. */
import { combineWords } from './combineWords.ts';
import type { HandwritingPrediction, HandwritingSegment, HandwritingWord } from './handwritingTypes.ts';
import type { WordReading } from './wordReading.ts';

export interface PageWord {
  readonly line: number;
  /** Strokes of the page, ascending: the readings' stroke indices count these. */
  readonly strokes: readonly number[];
  /** Best first, at least one. */
  readonly readings: readonly WordReading[];
}

/**
 * @param page words in reading order
 * @returns best first, at most `count`; words are parted by a space, lines by a line feed
 */
export function pagePredictions(page: readonly PageWord[], count: number): HandwritingPrediction[] {
  if (page.length === 0) return [];
  const scores = page.map(({ readings }) => readings.map(({ score }) => score));
  const alternatives = page.map(({ readings }) => readings.map(({ text, score }) => ({ text, score })));
  return combineWords(scores, count).map(({ choices, score }) => {
    let text = '';
    const segmentationResult: HandwritingSegment[] = [];
    const words: HandwritingWord[] = page.map(({ line, strokes, readings }, w) => {
      if (w > 0) text += line === page[w - 1]!.line ? ' ' : '\n';
      const reading = readings[choices[w]!]!;
      const beginIndex = text.length;
      text += reading.text;
      for (const { begin, end, spans } of reading.graphemes) {
        segmentationResult.push({
          grapheme: reading.text.slice(begin, end),
          beginIndex: beginIndex + begin,
          endIndex: beginIndex + end,
          drawingSegments: spans.map(({ stroke, begin, end }) => ({
            strokeIndex: strokes[stroke]!,
            beginPointIndex: begin,
            endPointIndex: end,
          })),
        });
      }
      return {
        text: reading.text,
        beginIndex,
        endIndex: text.length,
        strokes,
        alternatives: alternatives[w]!,
      };
    });
    return { text, segmentationResult, score, words };
  });
}
