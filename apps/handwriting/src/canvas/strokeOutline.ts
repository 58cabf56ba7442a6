/**
 * The outline of a stroke as closed polygons, by perfect-freehand. A long stroke is cut into pieces so that
 * drawing its growing end never costs more than one piece.
 */
import { getStroke } from 'perfect-freehand';
import type { InkPoint, InkStroke } from './inkStroke.ts';

/** Line width at middle pressure, page units. */
export const LINE_WIDTH = 3.6;
/** Points in a piece: two seconds of a 240 Hz pen; ordinary strokes are one piece. */
export const PIECE = 512;
/** Points that a piece shares with the one before it, so that the joint cannot show. */
const OVERLAP = 6;

export type Polygon = readonly (readonly number[])[];

export function pieceCount(stroke: InkStroke): number {
  return Math.max(1, Math.ceil(stroke.length / PIECE));
}

/** @param ahead predicted points, drawn but no part of the stroke; for the last piece only. */
export function strokeOutline(stroke: InkStroke, piece: number, ahead: readonly InkPoint[] = []): Polygon {
  const from = Math.max(0, piece * PIECE - OVERLAP);
  const to = Math.min(stroke.length, (piece + 1) * PIECE);
  const points: [number, number, number][] = [];
  for (let i = from; i < to; i++) points.push([stroke.x[i]!, stroke.y[i]!, stroke.p[i]!]);
  for (const { x, y, p } of ahead) points.push([x, y, p]);
  const measured = stroke.tool === 'pen';
  return getStroke(points, {
    size: LINE_WIDTH,
    thinning: measured ? 0.6 : 0.35,
    smoothing: 0.4,
    streamline: 0.3,
    simulatePressure: !measured,
    last: true,
  });
}

/** The polygon as an SVG path, curved through the middles of its edges. Coordinates to a hundredth. */
export function outlinePath(polygon: Polygon): string {
  if (polygon.length < 3) return '';
  const n = (value: number) => Math.round(value * 100) / 100;
  const at = (i: number) => polygon[i % polygon.length]!;
  const middle = (i: number) => `${n((at(i)[0]! + at(i + 1)[0]!) / 2)} ${n((at(i)[1]! + at(i + 1)[1]!) / 2)}`;
  let path = `M${middle(0)}`;
  for (let i = 1; i <= polygon.length; i++) path += `Q${n(at(i)[0]!)} ${n(at(i)[1]!)} ${middle(i)}`;
  return `${path}Z`;
}
