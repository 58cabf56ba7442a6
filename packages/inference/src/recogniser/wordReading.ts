/** What one word of ink may say: texts with their probability, and which ink each letter was read from. */

/** A part of a stroke of the word: points begin ... end - 1. */
export interface InkSpan {
  /** Index among the word's strokes. */
  readonly stroke: number;
  readonly begin: number;
  readonly end: number;
}

export interface ReadGrapheme {
  /** [begin, end) in the reading's text, in UTF-16 units. */
  readonly begin: number;
  readonly end: number;
  readonly spans: readonly InkSpan[];
}

export interface WordReading {
  readonly text: string;
  /** Natural logarithm of the text's probability. */
  readonly score: number;
  /** In the order of the text, white space left out. */
  readonly graphemes: readonly ReadGrapheme[];
}
