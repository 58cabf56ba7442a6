/**
 * Reads one file of the UNIPEN format (Guyon et al., ICPR 1994): pen-down and pen-up components in the order of
 * writing, and the segments that say which components make up a word, a character or a text.
 */
import { RivuletError, type Stroke } from '@rivulet/core';

export interface UnipenSegment {
  /** WORD, CHARACTER, TEXT, ... as the file says it, in capitals. */
  readonly kind: string;
  /** OK, GOOD, BAD, ?, or '' where the file says nothing. */
  readonly quality: string;
  readonly label: string;
  /** Pen-down strokes in writing order, y downward. */
  readonly strokes: readonly Stroke[];
}

export interface UnipenFile {
  readonly writer: string;
  readonly segments: readonly UnipenSegment[];
}

interface Component {
  readonly down: boolean;
  readonly x: number[];
  readonly y: number[];
}

interface RawSegment {
  readonly kind: string;
  readonly spec: string;
  readonly quality: string;
  readonly label: string;
}

/** Files include files; a deeper chain than this is a circle. */
const MAX_DEPTH = 8;

/**
 * @param readInclude the text of an included file by the path that `.INCLUDE` names, or undefined where the tree
 *   lacks it (the public one lacks three): its segments are then left out
 * @throws DATA_INVALID naming file, line and value
 */
export function parseUnipen(
  text: string,
  path: string,
  readInclude: (path: string) => string | undefined,
): UnipenFile {
  const components: Component[] = [];
  const segments: RawSegment[] = [];
  let writer = '';
  let columns = { x: 0, y: 1 };
  let open: Component | undefined;

  // Only blocks with points count: segments number them so.
  const close = (): void => {
    if (open && open.x.length > 0) components.push(open);
    open = undefined;
  };

  const read = (source: string, file: string, depth: number): void => {
    if (depth > MAX_DEPTH) {
      throw new RivuletError('DATA_INVALID', `${file} includes itself`, { path: file, depth });
    }
    const lines = source.split(/\r\n|\r|\n/);
    for (let n = 0; n < lines.length; n++) {
      const line = lines[n]!.trim();
      if (line === '') continue;
      if (!line.startsWith('.')) {
        if (open) addPoint(open, line, columns, file, n + 1);
        continue;
      }
      const [keyword = '', ...rest] = line.split(/\s+/);
      switch (keyword.toUpperCase()) {
        case '.PEN_DOWN':
        case '.PEN_UP':
          close();
          open = { down: keyword.toUpperCase() === '.PEN_DOWN', x: [], y: [] };
          break;
        case '.COORD':
          columns = coordinateColumns(rest, file, n + 1);
          break;
        case '.WRITER_ID':
          close();
          writer = rest.join(' ');
          break;
        case '.INCLUDE': {
          close();
          const included = readInclude(rest[0] ?? '');
          if (included !== undefined) read(included, rest[0] ?? '', depth + 1);
          break;
        }
        case '.SEGMENT':
          close();
          segments.push(parseSegment(line, file, n + 1));
          break;
        // A comment's lines, and every other keyword's, are no points.
        default:
          close();
      }
    }
    close();
  };
  read(text, path, 0);
  return {
    writer,
    segments: segments.flatMap(({ spec, ...segment }) => {
      const strokes = strokesOf(components, spec);
      return strokes === undefined ? [] : [{ ...segment, strokes }];
    }),
  };
}

function coordinateColumns(names: readonly string[], path: string, line: number): { x: number; y: number } {
  const upper = names.map((name) => name.toUpperCase());
  const columns = { x: upper.indexOf('X'), y: upper.indexOf('Y') };
  if (columns.x < 0 || columns.y < 0) {
    throw new RivuletError('DATA_INVALID', `Line ${line} of ${path} names no X and Y: ${names.join(' ')}`, {
      path,
      line,
      got: names,
    });
  }
  return columns;
}

function addPoint(
  to: Component,
  text: string,
  columns: { x: number; y: number },
  path: string,
  line: number,
): void {
  const numbers = text.split(/\s+/);
  const x = Number(numbers[columns.x]);
  const y = -Number(numbers[columns.y]);
  if (!Number.isFinite(x) || !Number.isFinite(y)) {
    throw new RivuletError('DATA_INVALID', `Line ${line} of ${path} is no point: ${text}`, {
      path,
      line,
      got: text,
    });
  }
  to.x.push(x);
  to.y.push(y);
}

function parseSegment(text: string, path: string, line: number): RawSegment {
  const match = /^\.SEGMENT\s+(\S+)\s+(\S+)(?:\s+([^"\s]+))?(?:\s+"(.*)")?\s*$/i.exec(text);
  if (!match) {
    throw new RivuletError('DATA_INVALID', `Line ${line} of ${path} is no segment: ${text}`, {
      path,
      line,
      got: text,
    });
  }
  const [, kind = '', spec = '', quality = '', label = ''] = match;
  // `\@` marks where a delayed stroke was written (contributor kai); it is no character.
  return { kind: kind.toUpperCase(), spec, quality, label: label.replace(/\\@/g, '').replace(/\\"/g, '"') };
}

/**
 * Pen-down strokes of `22-27`, `3:10-4:2` (from point 10 of component 3 to point 2 of component 4, both included)
 * or a comma list of such; undefined where the file has no such components.
 */
function strokesOf(components: readonly Component[], spec: string): Stroke[] | undefined {
  const strokes: Stroke[] = [];
  for (const part of spec.split(',')) {
    const match = /^(\d+)(?::(\d+))?(?:-(\d+)(?::(\d+))?)?$/.exec(part);
    if (!match) return undefined;
    const first = Number(match[1]);
    const last = match[3] === undefined ? first : Number(match[3]);
    if (last < first || last >= components.length) return undefined;
    for (let c = first; c <= last; c++) {
      const { down, x, y } = components[c]!;
      if (!down) continue;
      const from = c === first && match[2] !== undefined ? Number(match[2]) : 0;
      const to = c === last && match[4] !== undefined ? Number(match[4]) + 1 : x.length;
      if (to > from) strokes.push(withoutRepeats(x.slice(from, to), y.slice(from, to)));
    }
  }
  return strokes;
}

/** A pen that rests repeats its point, which says nothing about the shape; but segments count every point. */
function withoutRepeats(x: readonly number[], y: readonly number[]): Stroke {
  const moves = (_: number, p: number): boolean => p === 0 || x[p] !== x[p - 1] || y[p] !== y[p - 1];
  return { x: Float64Array.from(x.filter(moves)), y: Float64Array.from(y.filter(moves)) };
}
