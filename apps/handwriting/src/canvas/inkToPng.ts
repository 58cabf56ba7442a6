/** A page of ink as a PNG picture on white, cropped to the ink. */
import { RivuletError } from '@rivulet/core';
import { boxOf, type InkStroke } from './inkStroke.ts';
import { MARGIN } from './inkToSvg.ts';
import { outlinePath, pieceCount, strokeOutline } from './strokeOutline.ts';

/** Twice the page's pixels, so that print and zoom stay sharp. */
const SCALE = 2;
/** Every browser can make a canvas of this side, in pixels. */
const MAX_SIDE = 8192;

export async function inkToPng(strokes: readonly InkStroke[], colour = '#12305c'): Promise<Blob> {
  const box = boxOf(strokes) ?? { left: 0, top: 0, right: 0, bottom: 0 };
  const width = box.right - box.left + 2 * MARGIN;
  const height = box.bottom - box.top + 2 * MARGIN;
  const scale = Math.min(SCALE, MAX_SIDE / width, MAX_SIDE / height);
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext('2d')!;
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.setTransform(scale, 0, 0, scale, (MARGIN - box.left) * scale, (MARGIN - box.top) * scale);
  context.fillStyle = colour;
  for (const stroke of strokes) {
    for (let piece = 0; piece < pieceCount(stroke); piece++) {
      context.fill(new Path2D(outlinePath(strokeOutline(stroke, piece))));
    }
  }
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob)
    throw new RivuletError('OUT_OF_MEMORY', `no picture of ${canvas.width} x ${canvas.height} pixels`);
  return blob;
}
