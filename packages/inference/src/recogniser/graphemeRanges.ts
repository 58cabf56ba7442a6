/** User-perceived characters of a text, as ranges of UTF-16 units; code points where there is no Intl.Segmenter. */

export interface TextRange {
  readonly begin: number;
  readonly end: number;
}

const segmenter =
  typeof Intl.Segmenter === 'function'
    ? new Intl.Segmenter(undefined, { granularity: 'grapheme' })
    : undefined;

export function graphemeRanges(text: string): TextRange[] {
  const parts = segmenter ? Array.from(segmenter.segment(text), ({ segment }) => segment) : [...text];
  let begin = 0;
  return parts.map((part) => ({ begin, end: (begin += part.length) }));
}
