/** Which strokes the eraser touched on its way from one point to the next. */
import type { InkPoint, InkStroke } from './inkStroke.ts';

/** Half the eraser's width, page units. */
export const ERASER_RADIUS = 10;

type Position = Pick<InkPoint, 'x' | 'y'>;

export function eraserHits(strokes: readonly InkStroke[], from: Position, to: Position): InkStroke[] {
  const left = Math.min(from.x, to.x) - ERASER_RADIUS;
  const right = Math.max(from.x, to.x) + ERASER_RADIUS;
  const top = Math.min(from.y, to.y) - ERASER_RADIUS;
  const bottom = Math.max(from.y, to.y) + ERASER_RADIUS;
  return strokes.filter(
    ({ box, x, y }) =>
      box.right >= left &&
      box.left <= right &&
      box.bottom >= top &&
      box.top <= bottom &&
      x.some((x1, i) => {
        const before = Math.max(0, i - 1);
        const a = { x: x[before]!, y: y[before]! };
        return segmentsAreNear(a, { x: x1, y: y[i]! }, from, to);
      }),
  );
}

/** Two segments cross, or an end of one lies within the eraser's radius of the other. */
function segmentsAreNear(a: Position, b: Position, c: Position, d: Position): boolean {
  const turn = (p: Position, q: Position, r: Position) =>
    Math.sign((q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x));
  const crosses = turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;
  return (
    crosses ||
    Math.min(toSegment(a, c, d), toSegment(b, c, d), toSegment(c, a, b), toSegment(d, a, b)) <= ERASER_RADIUS
  );
}

function toSegment(p: Position, a: Position, b: Position): number {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const length2 = dx * dx + dy * dy;
  const along = length2 === 0 ? 0 : Math.min(1, Math.max(0, ((p.x - a.x) * dx + (p.y - a.y) * dy) / length2));
  return Math.hypot(p.x - a.x - along * dx, p.y - a.y - along * dy);
}
