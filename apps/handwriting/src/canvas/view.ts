/** Which part of the endless page the surface shows: screen = (page - top) * scale. */
import type { Box } from './inkStroke.ts';

export interface View {
  /** CSS pixels of the screen per CSS pixel of the page; 1 unless the ink is wider than the surface. */
  readonly scale: number;
  /** Page coordinate of the surface's upper edge. */
  readonly top: number;
}

/** Distance of the ruled lines, in page units: room for a finger's writing. */
export const RULE = 84;
const MARGIN = 24;

export const toPageX = ({ scale }: View, screenX: number): number => screenX / scale;
export const toPageY = ({ scale, top }: View, screenY: number): number => screenY / scale + top;

/** The scale at which ink written on a wider screen fits this one. */
export function fitScale(ink: Box | undefined, width: number): number {
  if (!ink || width <= 0) return 1;
  return Math.min(1, width / (ink.right + MARGIN));
}

/** How far the page can be moved: to its top, and to half a screen of empty paper below the ink. */
export function clampTop(top: number, ink: Box | undefined, height: number, scale: number): number {
  const lowest = ink ? Math.max(0, ink.bottom - (height / scale) * 0.4) : 0;
  return Math.min(Math.max(0, top), lowest);
}
