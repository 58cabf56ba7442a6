/** The curves of a run as a picture that any browser shows: loss, figures of validation, gradient and rate. */
import type { Point, RunCurves } from './runCurves.ts';

/** CSS pixels. */
const WIDTH = 860;
const PANEL = 170;
const LEFT = 64;
const RIGHT = 150;
const GAP = 44;
const TOP = 34;
/** Dark enough on white and light enough on black; the legend names each beside its line. */
const COLOURS = ['#2f6fb5', '#c2571a', '#3a8f4d', '#8a5fb0', '#a0812a', '#b0486b'];
const INK = '#808080';

interface Curve {
  readonly name: string;
  readonly points: readonly Point[];
}

interface Panel {
  readonly title: string;
  readonly curves: readonly Curve[];
  /** A loss that falls by powers of ten, and norms, say more so; only where all values are above 0. */
  readonly logarithmic: boolean;
}

export function curvesSvg(curves: RunCurves, title: string): string {
  const figures = [...curves.figures].filter(([name]) => name !== 'valLoss');
  const panels: Panel[] = [
    {
      title: 'loss',
      logarithmic: true,
      curves: [
        { name: 'training', points: curves.loss },
        { name: 'validation', points: curves.figures.get('valLoss') ?? [] },
      ],
    },
    {
      title: 'figures of validation',
      logarithmic: false,
      curves: figures.map(([name, points]) => ({ name, points })),
    },
    {
      title: 'norm of the gradient',
      logarithmic: true,
      curves: [{ name: 'norm', points: curves.norm }],
    },
    { title: 'learning rate', logarithmic: false, curves: [{ name: 'rate', points: curves.lr }] },
  ].filter(({ curves }) => curves.some(({ points }) => points.length > 0));
  const height = TOP + panels.length * (PANEL + GAP);
  const drawn = panels.map((panel, i) => panelSvg(panel, TOP + i * (PANEL + GAP), curves.totalSteps));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="12">
<title>${escaped(title)}</title>
<rect width="100%" height="100%" fill="#fff"/>
<text x="${LEFT}" y="20" font-size="14" fill="#333">${escaped(title)}</text>
${drawn.join('\n')}
</svg>
`;
}

function panelSvg({ title, curves, logarithmic }: Panel, top: number, totalSteps: number): string {
  const values = curves.flatMap(({ points }) => points.map(([, value]) => value));
  const logs = logarithmic && values.every((value) => value > 0);
  const scale = (value: number): number => (logs ? Math.log10(value) : value);
  let low = scale(values.reduce((a, b) => Math.min(a, b)));
  let high = scale(values.reduce((a, b) => Math.max(a, b)));
  // A flat curve has no extent of its own.
  if (high - low < 1e-12) [low, high] = [low - 0.5, high + 0.5];
  const right = WIDTH - RIGHT;
  const x = (step: number): number => LEFT + ((right - LEFT) * step) / Math.max(1, totalSteps);
  const y = (scaled: number): number => top + PANEL - (PANEL * (scaled - low)) / (high - low);
  const parts = [`<text x="${LEFT}" y="${top - 6}" fill="#333">${escaped(title)}</text>`];
  for (let i = 0; i <= 4; i++) {
    const at = low + ((high - low) * i) / 4;
    const label = shortest(logs ? 10 ** at : at);
    parts.push(
      `<path d="M${LEFT} ${place(y(at))}H${right}" stroke="${INK}" stroke-opacity=".25"/>`,
      `<text x="${LEFT - 6}" y="${place(y(at) + 4)}" text-anchor="end" fill="${INK}">${label}</text>`,
    );
    const step = Math.round((totalSteps * i) / 4);
    parts.push(
      `<text x="${place(x(step))}" y="${top + PANEL + 16}" text-anchor="middle" fill="${INK}">${step}</text>`,
    );
  }
  curves.forEach(({ name, points }, i) => {
    if (points.length === 0) return;
    const colour = COLOURS[i % COLOURS.length]!;
    const line = points.map(([step, value]) => `${place(x(step))} ${place(y(scale(value)))}`).join('L');
    // A single point is no line: the round cap makes it a dot.
    const path = points.length === 1 ? `M${line}h0` : `M${line}`;
    parts.push(
      `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.5" stroke-linecap="round"/>`,
      `<text x="${right + 10}" y="${top + 12 + i * 16}" fill="${colour}">${escaped(name)} ${shortest(points.at(-1)![1])}</text>`,
    );
  });
  return parts.join('\n');
}

function place(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function shortest(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
