/** The model that is shipped, and pages of real words for it. */
import { fileURLToPath } from 'node:url';
import { inkMeasure } from '@rivulet/core';
import { mapPoints, type PlainStroke, realWords } from '../../../../core/src/ink/testing/ink.ts';
import type { ModelFolder } from '../../load/modelFolder.ts';
import { openModelFolder } from '../../load/openModelFolder.ts';
import { readFileBytes } from '../../load/readFileBytes.ts';

/** The folder of all models, with a slash at its end. */
export const modelsFolder = fileURLToPath(new URL('../../../../../models/', import.meta.url));

export function shippedModel(): Promise<ModelFolder> {
  return openModelFolder(`${modelsFolder}handwriting-en`, readFileBytes);
}

/** A real word, 60 high, with its left edge and its centre line at a place. */
function placedWord(word: number, left: number, centreY: number): PlainStroke[] {
  const { ink } = realWords[word]!;
  const measure = inkMeasure(ink);
  const scale = 20 / measure.deviationY;
  return mapPoints(ink, (x, y) => [
    left + (x - measure.left) * scale,
    centreY + (y - measure.centreY) * scale,
  ]);
}

/** @param lines numbers of real words; words stand two heights apart, lines three */
export function pageOf(lines: readonly (readonly number[])[]): PlainStroke[][][] {
  return lines.map((words, line) => {
    let left = 0;
    return words.map((word) => {
      const ink = placedWord(word, left, 180 * line);
      left = inkMeasure(ink).right + 120;
      return ink;
    });
  });
}
