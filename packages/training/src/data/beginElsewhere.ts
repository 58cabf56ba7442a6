/**
 * The same picture with the pen set down elsewhere: a stroke that closes begins at another of its points, and a stroke
 * is drawn in two. Few writers train, and the next one begins an 8 where none of them does.
 */
import type { Ink, Stroke } from '@rivulet/core';
import type { Random } from '../random.ts';

/** A stroke closes whose ends lie nearer to each other than this part of its length. */
const CLOSED = 0.12;
/** A cut leaves at least this part of a stroke's points on either side. */
const LEFT_BY_CUT = 0.1;

/**
 * @param chances of each stroke: `restart` that it begins elsewhere if it closes, `cut` that the pen is lifted once
 * @param random draws of its own are derived from it
 */
export function beginElsewhere(
  ink: Ink,
  { restart, cut }: { readonly restart: number; readonly cut: number },
  random: Random,
): Ink {
  if (restart === 0 && cut === 0) return ink;
  const own = random.derive('elsewhere');
  return ink.flatMap((stroke) => {
    const points = stroke.x.length;
    // Always four draws, so that a stroke's do not depend on those before it.
    const [restarts, from, cuts, at] = [own.next() < restart, own.next(), own.next() < cut, own.next()];
    const begun = restarts && closes(stroke) ? begin(stroke, Math.floor(from * points)) : stroke;
    const last = Math.floor(points * (LEFT_BY_CUT + (1 - 2 * LEFT_BY_CUT) * at));
    if (!cuts || last < 1 || last > points - 2) return [begun];
    return [slice(begun, 0, last + 1), slice(begun, last, points)];
  });
}

function closes({ x, y }: Stroke): boolean {
  const last = x.length - 1;
  let length = 0;
  for (let p = 1; p <= last; p++) length += Math.hypot(x[p]! - x[p - 1]!, y[p]! - y[p - 1]!);
  return last > 0 && Math.hypot(x[last]! - x[0]!, y[last]! - y[0]!) < CLOSED * length;
}

/** From point `p` over the end and the beginning to the point before `p`. */
function begin({ x, y }: Stroke, p: number): Stroke {
  const turned = (from: ArrayLike<number>) => Float32Array.from(from, (_, i) => from[(p + i) % from.length]!);
  return { x: turned(x), y: turned(y) };
}

function slice({ x, y }: Stroke, from: number, to: number): Stroke {
  const part = (all: ArrayLike<number>) => Float32Array.from({ length: to - from }, (_, i) => all[from + i]!);
  return { x: part(x), y: part(y) };
}
