/** Ink for tests: real words, ways to write the same word differently, and any ink at all. */
import fc from 'fast-check';
import fixture from '../fixtures/realWords.json' with { type: 'json' };

export interface PlainStroke {
  readonly x: number[];
  readonly y: number[];
}

export interface RealWord {
  readonly label: string;
  readonly ink: PlainStroke[];
  readonly steps: number;
  readonly moments: readonly number[];
}

/** Words of seven unseen writers, in print and cursive, with and without dots and bars. */
export const realWords: readonly RealWord[] = fixture.words.map(({ label, strokes, steps, moments }) => ({
  label,
  ink: strokes.map(unpack),
  steps,
  moments,
}));

/** Differences to places; y turned downward. */
function unpack(packed: readonly number[]): PlainStroke {
  const stroke: PlainStroke = { x: [packed[0]!], y: [-packed[1]!] };
  for (let i = 2; i < packed.length; i += 2) {
    stroke.x.push(stroke.x.at(-1)! + packed[i]!);
    stroke.y.push(stroke.y.at(-1)! - packed[i + 1]!);
  }
  return stroke;
}

export type Move = (x: number, y: number) => readonly [number, number];

export function mapPoints(ink: readonly PlainStroke[], move: Move): PlainStroke[] {
  return ink.map(({ x, y }) => {
    const points = x.map((px, i) => move(px, y[i]!));
    return { x: points.map(([px]) => px), y: points.map(([, py]) => py) };
  });
}

/** The same path from a device that samples twice as often. */
export function doubleSampled(ink: readonly PlainStroke[]): PlainStroke[] {
  const between = (values: number[]) =>
    values.flatMap((value, i) => (i === 0 ? [value] : [(values[i - 1]! + value) / 2, value]));
  return ink.map(({ x, y }) => ({ x: between(x), y: between(y) }));
}

/** Turned about the origin. */
export function tilted(ink: readonly PlainStroke[], radians: number): PlainStroke[] {
  const [cos, sin] = [Math.cos(radians), Math.sin(radians)];
  return mapPoints(ink, (x, y) => [cos * x - sin * y, sin * x + cos * y]);
}

/** A zigzag that takes the box (left, top) to (right, bottom): as wide as a word, or a letter. */
export function scrawl(left: number, top: number, right: number, bottom: number, points = 9): PlainStroke {
  const x = Array.from({ length: points }, (_, i) => left + ((right - left) * i) / (points - 1));
  return { x, y: x.map((_, i) => (i % 2 === 0 ? bottom : top)) };
}

const coordinate = fc.oneof(
  { arbitrary: fc.integer({ min: 0, max: 5000 }).map((tenths) => tenths / 10), weight: 6 },
  { arbitrary: fc.integer({ min: -3, max: 3 }), weight: 2 },
  // Mostly very large or very small numbers.
  { arbitrary: fc.double({ min: -1e30, max: 1e30, noNaN: true }), weight: 1 },
);

/** Any ink whose coordinates are allowed: strokes without points, dots, dashes, far outliers. */
export const anyInk: fc.Arbitrary<PlainStroke[]> = fc.array(
  fc
    .array(fc.tuple(coordinate, coordinate), { maxLength: 12 })
    .map((points) => ({ x: points.map(([x]) => x), y: points.map(([, y]) => y) })),
  { maxLength: 12 },
);
