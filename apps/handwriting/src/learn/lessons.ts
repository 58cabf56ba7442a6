/** The words that their writer corrected or confirmed, with their ink: what the reader can learn from. */
import type { InkSample } from '@rivulet/training/adapt';
import type { InkStroke } from '../canvas/inkStroke.ts';
import type { Choices } from '../recognise/words.ts';

export interface Lesson extends InkSample {
  /** Another one once the word is told to be another. */
  readonly key: string;
}

/**
 * @param choices of one note
 * @param strokes of the same note; a word of which some were erased is no lesson
 */
export function lessonsOf(choices: Choices, strokes: readonly InkStroke[]): Lesson[] {
  const byId = new Map(strokes.map((stroke) => [stroke.id, stroke]));
  return Object.entries(choices).flatMap(([key, label]) => {
    const own = key.split(' ').map((id) => byId.get(id));
    if (!own.every((stroke) => stroke !== undefined)) return [];
    return [{ key: `${key} ${label}`, label, ink: own.map(({ x, y }) => ({ x: [...x], y: [...y] })) }];
  });
}
