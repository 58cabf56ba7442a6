/** A page of ink as an SVG picture: one path a stroke, cropped to the ink. */
import { boxOf, type InkStroke } from './inkStroke.ts';
import { outlinePath, pieceCount, strokeOutline } from './strokeOutline.ts';

/** White space around the ink, page units. */
export const MARGIN = 24;

export function inkToSvg(strokes: readonly InkStroke[], colour = '#12305c'): string {
  const box = boxOf(strokes) ?? { left: 0, top: 0, right: 0, bottom: 0 };
  const left = Math.floor(box.left - MARGIN);
  const top = Math.floor(box.top - MARGIN);
  const width = Math.ceil(box.right + MARGIN) - left;
  const height = Math.ceil(box.bottom + MARGIN) - top;
  const paths = strokes.map((stroke) => {
    const pieces = Array.from({ length: pieceCount(stroke) }, (_, i) =>
      outlinePath(strokeOutline(stroke, i)),
    );
    return `<path d="${pieces.join('')}"/>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${left} ${top} ${width} ${height}" width="${width}" height="${height}">`,
    `<title>Handwriting</title><g fill="${colour}">`,
    ...paths,
    '</g></svg>',
    '',
  ].join('\n');
}
