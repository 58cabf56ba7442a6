/** Tile: a tensor again and again, along each of its dimensions. */
import { numbersOf, shapeError, stridesOf } from '../value.ts';
import { moving, whole } from './move.ts';

/** Each dimension n becomes [times, n], of which only the second is walked in what is read. */
export const tile = moving(
  (node, [x, wanted]) => {
    const times = numbersOf(wanted)!;
    if (times.length !== x!.shape.length) throw shapeError(node.op, `${times.length} repeats`, x!.shape);
    const shape = x!.shape.flatMap((n, i) => [times[i]!, n]);
    const from = { start: 0, strides: stridesOf(x!.shape).flatMap((stride) => [0, stride]) };
    return {
      shapes: [x!.shape.map((n, i) => n * times[i]!)],
      copies: [{ shape, from, to: whole(shape) }],
    };
  },
  1,
  2,
);
