/**
 * Sorts strokes into lines of writing. A line is known by the level of its ink around a place, so that it may be
 * tilted or wave; time only says in which line a stroke is looked for first.
 */
import type { PenStroke } from './penStroke.ts';
import { segmentLength } from './segmentLength.ts';

// All distances are in heights of the writing (penHeight).
/** A lower stroke is a dot, a bar or a dash: it joins lines but makes none. */
const SMALL = 0.45;
/** A stroke this far from its line's level leaves it: far enough for quotes and the tails of letters. */
const LEAVE = 1.6;
/** ... and this far when the pen went back to the left and down, as at the end of a line: lines may stand close. */
const LEAVE_AT_RETURN = 0.9;
/** How far to the left the pen goes for a new line at the least. */
const RETURN = 4;
/** How far beside a stroke the level of a line is measured. */
const NEAR = 3;
/** Two lines nearer than this are one. */
const SAME = 0.8;
/** Also one: lines nearer than this, if one is less ink than TINY or they lie side by side. */
const SAME_IF_SLIGHT = 2.2;
const TINY = 5;
/** How far above the level of their line small strokes stand, most of them. */
const SMALL_ABOVE = 0.3;
/** What a distance to the side counts, where one up or down counts 1. */
const BESIDE_COST = 0.2;
/** How many lines back in time a stroke is looked for, and how many neighbours a line is compared with. */
const LOOK_BACK = 64;
const NEIGHBOURS = 8;

/**
 * @param height penHeight of the strokes
 * @returns lines from top to bottom, their strokes in no order
 */
export function inkLines(strokes: readonly PenStroke[], height: number): PenStroke[][] {
  const main = strokes.filter(({ top, bottom }) => bottom - top >= SMALL * height);
  const makers = main.length > 0 ? main : strokes;
  const lines = mergeLevel(collect(makers, height), height);
  if (main.length > 0 && main.length < strokes.length) {
    const late = strokes.filter(({ top, bottom }) => bottom - top < SMALL * height);
    // All are placed before any is added: dots must not attract dots.
    const homes = late.map((stroke) => homeOfSmall(stroke, lines, height));
    for (const [i, stroke] of late.entries()) homes[i]!.add(stroke);
  }
  return lines.sort((a, b) => a.level - b.level).map(({ strokes }) => strokes);
}

function collect(strokes: readonly PenStroke[], height: number): Line[] {
  const lines: Line[] = []; // latest used last
  let previous: PenStroke | undefined;
  for (const stroke of strokes) {
    let line = lines.at(-1);
    if (line && previous) {
      const level = line.levelNear(stroke);
      const returned = previous.left - stroke.left > RETURN * height && stroke.level > level;
      const leave = (returned ? LEAVE_AT_RETURN : LEAVE) * height;
      if (Math.abs(stroke.level - level) > leave) line = nearestLine(stroke, lines, leave);
    }
    if (!line) lines.push((line = new Line(height)));
    else if (line !== lines.at(-1)) lines.push(...lines.splice(lines.indexOf(line), 1));
    line.add(stroke);
    previous = stroke;
  }
  return lines;
}

function nearestLine(stroke: PenStroke, lines: readonly Line[], within: number): Line | undefined {
  let nearest: Line | undefined;
  let distance = within;
  for (const line of lines.slice(-LOOK_BACK)) {
    const away = Math.abs(stroke.level - line.levelNear(stroke));
    if (away >= distance) continue;
    distance = away;
    nearest = line;
  }
  return nearest;
}

/** The line that a dot, bar or accent belongs to. */
function homeOfSmall(stroke: PenStroke, lines: readonly Line[], height: number): Line {
  let home = lines[0]!;
  let distance = Infinity;
  const middle = (stroke.top + stroke.bottom) / 2;
  for (const line of lines.length > LOOK_BACK ? closest(lines, stroke) : lines) {
    const above = line.levelNear(stroke) - middle;
    const away = Math.abs(above - SMALL_ABOVE * height) + BESIDE_COST * line.distanceTo(stroke);
    if (away >= distance) continue;
    distance = away;
    home = line;
  }
  return home;
}

function closest(lines: readonly Line[], { level }: PenStroke): readonly Line[] {
  return [...lines]
    .sort((a, b) => Math.abs(a.level - level) - Math.abs(b.level - level))
    .slice(0, NEIGHBOURS);
}

function mergeLevel(lines: readonly Line[], height: number): Line[] {
  const merged: Line[] = [];
  for (const next of [...lines].sort((a, b) => a.level - b.level)) {
    let line = next;
    const same = () => merged.slice(-NEIGHBOURS).find((other) => isSame(other, line, height));
    // A line that took another in may now reach one more.
    for (let other = same(); other; other = same()) {
      merged.splice(merged.indexOf(other), 1);
      const [into, from] = other.strokes.length < line.strokes.length ? [line, other] : [other, line];
      for (const stroke of from.strokes) into.add(stroke);
      line = into;
    }
    merged.push(line);
  }
  return merged;
}

function isSame(a: Line, b: Line, height: number): boolean {
  const [few, many] = a.strokes.length < b.strokes.length ? [a, b] : [b, a];
  let weight = 0;
  let offset = 0;
  for (const stroke of few.strokes) {
    // Far from the other line's ink its level is only guessed.
    const w = stroke.arc / (1 + many.distanceTo(stroke) / height);
    weight += w;
    offset += w * (stroke.level - many.levelNear(stroke));
  }
  const overlap = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const narrower = Math.min(a.right - a.left, b.right - b.left);
  const sideBySide = overlap < 0.15 * narrower && overlap > -4 * height;
  const slight = Math.min(a.arc, b.arc) < TINY * height || sideBySide;
  return weight > 0 && Math.abs(offset / weight) < (slight ? SAME_IF_SLIGHT : SAME) * height;
}

/** Strokes with the level of their ink over x. */
class Line {
  readonly strokes: PenStroke[] = [];
  left = Infinity;
  right = -Infinity;
  arc = 0;
  readonly #near: number;
  /** Width of a cell. */
  readonly #cell: number;
  /** Per cell of x: length of ink in it, and the sum of its y, each weighted by length. */
  readonly #cells = new Map<number, [arc: number, moment: number]>();
  #moment = 0;
  #weight = 0;

  constructor(height: number) {
    this.#near = NEAR * height;
    this.#cell = height / 2;
  }

  /** Mean y of all ink. */
  get level(): number {
    return this.#moment / this.#weight;
  }

  add(stroke: PenStroke): void {
    const { x, y } = stroke;
    this.strokes.push(stroke);
    this.left = Math.min(this.left, stroke.left);
    this.right = Math.max(this.right, stroke.right);
    this.arc += stroke.arc;
    // A dot weighs next to nothing, but something where there is nothing else.
    if (stroke.arc === 0) this.#put(x[0]!, y[0]!, 1e-9 * this.#cell);
    for (let p = 1; p < x.length; p++) {
      const length = segmentLength(x, y, p);
      if (length > 0) this.#put((x[p]! + x[p - 1]!) / 2, (y[p]! + y[p - 1]!) / 2, length);
    }
  }

  #put(x: number, y: number, arc: number): void {
    const key = Math.floor(x / this.#cell);
    let cell = this.#cells.get(key);
    if (!cell) this.#cells.set(key, (cell = [0, 0]));
    cell[0] += arc;
    cell[1] += arc * y;
    this.#weight += arc;
    this.#moment += arc * y;
  }

  /** How far outside the line's extent a stroke stands; 0 within. */
  distanceTo({ left, right }: PenStroke): number {
    return Math.max(0, left - this.right, this.left - right);
  }

  /** Mean y of the ink around a stroke; where there is none, of the nearest. */
  levelNear(stroke: PenStroke): number {
    const from = Math.min(Math.max(stroke.left, this.left), this.right) - this.#near;
    const to = Math.max(Math.min(stroke.right, this.right), this.left) + this.#near;
    for (let wider = 0; wider <= 8; wider = 2 * wider + 1) {
      const first = Math.floor((from - wider * this.#near) / this.#cell);
      const last = Math.floor((to + wider * this.#near) / this.#cell);
      // One far point makes a range of any width, but never many cells.
      if (last - first > 64 + this.#cells.size) break;
      let arc = 0;
      let moment = 0;
      // Counted by offset: far out, adding 1 to a key changes nothing.
      for (let offset = 0; offset <= last - first; offset++) {
        const cell = this.#cells.get(first + offset);
        if (!cell) continue;
        arc += cell[0];
        moment += cell[1];
      }
      if (arc > 0) return moment / arc;
    }
    return this.level;
  }
}
