/** The exchange file of a note: all its ink with times and pressure, and the text, as JSON. */
import { RivuletError } from '@rivulet/core';
import { InkStroke, type InkTool } from '../canvas/inkStroke.ts';
import { strokeId } from '../canvas/strokeId.ts';

const FORMAT = 'rivulet-ink';
const VERSION = 1;
/** Larger drawings than a person writes are damaged or hostile files. */
const MAX_POINTS = 2_000_000;
/** Bytes of a file with that many points; a larger one is refused before it is read. */
export const MAX_FILE_BYTES = 100e6;
/** Page units; far beyond any page, far below where numbers lose their hundredths. */
const MAX_COORDINATE = 1e6;

interface FileStroke {
  readonly tool: InkTool;
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Milliseconds since the stroke began. */
  readonly t: readonly number[];
  readonly p: readonly number[];
  /** Milliseconds since 1970. */
  readonly began: number;
}

export interface InkFile {
  readonly text: string;
  readonly strokes: readonly InkStroke[];
}

export function writeInkFile({ text, strokes }: InkFile): string {
  const hundredths = (value: number) => Math.round(value * 100) / 100;
  const lines = strokes.map(({ tool, x, y, t, p }) => {
    const stroke: FileStroke = {
      tool,
      began: t[0]!,
      x: x.map(hundredths),
      y: y.map(hundredths),
      t: t.map((time) => hundredths(time - t[0]!)),
      p: p.map(hundredths),
    };
    return JSON.stringify(stroke);
  });
  return `{"format":"${FORMAT}","version":${VERSION},"unit":"css-px","text":${JSON.stringify(text)},"strokes":[\n${lines.join(',\n')}\n]}\n`;
}

/** @throws INK_INVALID naming what is wrong and where. Strokes get new names: a file may be read twice. */
export function readInkFile(json: string): InkFile {
  const file = parse(json);
  if (file.format !== FORMAT) throw invalid('format', file.format);
  if (file.version !== VERSION) throw invalid('version', file.version);
  if (!Array.isArray(file.strokes)) throw invalid('strokes', file.strokes);
  let points = 0;
  const strokes = file.strokes.map((entry: unknown, i: number) => {
    const { tool, x, y, t, p, began } = (entry ?? {}) as Record<string, unknown>;
    const count = Array.isArray(x) ? x.length : 0;
    points += count;
    if (count === 0) throw invalid(`strokes[${i}].x`, x);
    if (points > MAX_POINTS) throw invalid('points', points);
    const start = Number.isFinite(began) ? (began as number) : 0;
    return InkStroke.from(strokeId(), tool === 'pen' || tool === 'touch' ? tool : 'mouse', {
      x: column(x, `strokes[${i}].x`, count, MAX_COORDINATE),
      y: column(y, `strokes[${i}].y`, count, MAX_COORDINATE),
      t: column(t, `strokes[${i}].t`, count, Infinity).map((time) => start + time),
      p: column(p, `strokes[${i}].p`, count, 1),
    });
  });
  return { text: typeof file.text === 'string' ? file.text : '', strokes };
}

function parse(json: string): Record<string, unknown> {
  try {
    return (JSON.parse(json) ?? {}) as Record<string, unknown>;
  } catch (cause) {
    throw new RivuletError('INK_INVALID', 'the file is no JSON', { value: json.slice(0, 60) }, cause);
  }
}

function column(values: unknown, path: string, count: number, max: number): number[] {
  if (!Array.isArray(values) || values.length !== count) throw invalid(path, values);
  const bad = values.findIndex((value) => !Number.isFinite(value) || Math.abs(value) > max);
  if (bad >= 0) throw invalid(`${path}[${bad}]`, values[bad]);
  return values as number[];
}

function invalid(path: string, value: unknown): RivuletError {
  return new RivuletError('INK_INVALID', `the ink file is damaged at ${path}`, { path, value });
}
