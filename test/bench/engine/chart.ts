/** The figures as a picture: a bar for each promise, with marks at what it must be and what it aims at. */
import type { Figure } from './report.ts';

/** CSS pixels. */
const ROW = 26;
const LABEL = 250;
const WIDTH = 760;
const BARS = WIDTH - LABEL - 60;
const TOP = 58;

/** Ratios are compared by their logarithm: twice as fast is as much at 2x as at 20x. */
const TICKS = [1, 2, 4, 8, 16, 32];
const place = (ratio: number): number =>
  LABEL + (BARS * Math.log2(Math.min(Math.max(ratio, 1), 40))) / Math.log2(40);

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** @param title says where and against whom; colours follow the viewer's light or dark scheme */
export function chart(title: string, figures: readonly Figure[]): string {
  const height = TOP + figures.length * ROW + 34;
  const bottom = TOP + figures.length * ROW;
  const ticks = TICKS.map((tick) => {
    const x = place(tick).toFixed(1);
    return (
      `<line class="grid" x1="${x}" x2="${x}" y1="${TOP - 6}" y2="${bottom}"/>` +
      `<text class="dim" text-anchor="middle" x="${x}" y="${TOP - 12}">${tick}x</text>`
    );
  });
  const rows = figures.map(({ name, ratio, goal }, i) => {
    const y = TOP + i * ROW;
    const mark = (value: number, kind: string): string => {
      const x = place(value).toFixed(1);
      return `<line class="${kind}" x1="${x}" x2="${x}" y1="${y + 1}" y2="${y + ROW - 5}"/>`;
    };
    const width = Math.max(place(ratio) - LABEL, 1);
    // The number stands behind the bar and behind the marks.
    const text = Math.max(LABEL + width, place(goal.aim)) + 6;
    return (
      `<text text-anchor="end" x="${LABEL - 10}" y="${y + 16}">${escaped(name)}</text>` +
      `<rect class="bar" x="${LABEL}" y="${y + 4}" width="${width.toFixed(1)}" height="${ROW - 12}" rx="2"/>` +
      mark(goal.must, 'must') +
      mark(goal.aim, 'aim') +
      `<text class="strong" x="${text.toFixed(1)}" y="${y + 16}">${ratio.toFixed(1)}x</text>`
    );
  });
  const said = figures.map(({ name, ratio }) => `${name} ${ratio.toFixed(1)}x`).join('; ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img">`,
    `<title>${escaped(title)}</title><desc>${escaped(said)}</desc>`,
    '<style>',
    'text { font: 13px system-ui, sans-serif; fill: #1f2328 } .dim { fill: #59636e; font-size: 12px }',
    '.strong { font-weight: 600 } .bar { fill: #2f7bb8 } .grid { stroke: #d1d9e0 }',
    '.must { stroke: #1f2328; stroke-width: 2 } .aim { stroke: #1f2328; stroke-width: 2; stroke-dasharray: 3 2 }',
    '@media (prefers-color-scheme: dark) {',
    'text { fill: #e6edf3 } .dim { fill: #9198a1 } .bar { fill: #4a9bdc } .grid { stroke: #3d444d }',
    '.must, .aim { stroke: #e6edf3 } }',
    '</style>',
    `<text class="strong" x="10" y="22">${escaped(title)}</text>`,
    ...ticks,
    ...rows,
    `<text class="dim" x="${LABEL}" y="${bottom + 22}">solid mark: must, dashed mark: aim; logarithmic scale</text>`,
    '</svg>',
    '',
  ].join('\n');
}
