/**
 * Words written stroke by stroke through the public recogniser and its worker: each stroke asks for a prediction, as
 * a page does. Leaves the times where the bench finds them.
 */
import { createHandwritingRecognizer, HandwritingStroke } from '@rivulet/inference';

export interface WrittenWord {
  readonly label: string;
  /** x and y of each stroke's points, y downward. */
  readonly strokes: readonly { readonly x: readonly number[]; readonly y: readonly number[] }[];
}

export interface StrokeTimes {
  /** Milliseconds from a stroke's end to the text, every stroke. */
  readonly all: readonly number[];
  /** Of these, the last stroke of a word: the longest input. */
  readonly last: readonly number[];
  readonly right: number;
}

declare global {
  interface Window {
    measureStrokes(words: readonly WrittenWord[], rounds: number): Promise<StrokeTimes>;
  }
}

window.measureStrokes = async (words, rounds) => {
  const recognizer = await createHandwritingRecognizer({ languages: ['en'] }, { models: './models/' });
  const all: number[] = [];
  const last: number[] = [];
  let right = 0;
  for (let round = 0; round <= rounds; round++) {
    for (const { label, strokes } of words) {
      const drawing = recognizer.startDrawing({ alternatives: 3 });
      let text = '';
      let time = 0;
      for (const { x, y } of strokes) {
        const stroke = new HandwritingStroke();
        // Each round in another place, or the words would be remembered.
        for (let i = 0; i < x.length; i++) stroke.addPoint({ x: x[i]! + 1000 * round, y: y[i]! });
        const started = performance.now();
        drawing.addStroke(stroke);
        text = (await drawing.getPrediction())[0]?.text ?? '';
        time = performance.now() - started;
        // The first round warms up.
        if (round > 0) all.push(time);
      }
      if (round > 0) last.push(time);
      else if (text === label) right++;
    }
  }
  recognizer.finish();
  return { all, last, right };
};
