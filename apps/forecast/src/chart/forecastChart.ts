/**
 * uPlot behind one function: give it a place in the page and then a scene whenever something changed.
 * It follows the size of its place, the pixel density and the theme by itself. uPlot draws the axes and follows the
 * pointer; what lies on them is painted on a canvas of its own above, off the page's thread.
 */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatTick } from '../format.ts';
import { type Clock, timeAt } from '../source/series.ts';
import { chartPicture } from './makePictures.ts';
import { onThemeChange, readPalette } from './palette.ts';
import { extentOf, type Scene, steadyRange } from './scene.ts';
import { surface } from './surface.ts';

/** Where the pointer is: an index of the series, and CSS pixels from the host's left and top edge. */
export interface Hover {
  readonly index: number;
  readonly left: number;
  readonly top: number;
}

export interface ForecastChart {
  /** Paints within the frame that calls it: one call a frame is enough. */
  draw(scene: Scene): void;
  destroy(): void;
}

/** Of the axes' labels, in CSS pixels. */
const FONT_PX = 11;

/** @param onHover undefined when the pointer leaves. */
export function forecastChart(
  host: HTMLElement,
  clock: Clock,
  onHover: (hover: Hover | undefined) => void,
): ForecastChart {
  let palette = readPalette(host);
  let scene: Scene | undefined;
  let range: readonly [number, number] | undefined;

  const chart = new uPlot(options(), [[], []], host);
  const unit = clock === 'rows' ? 1 : 1000;
  const layer = document.createElement('canvas');
  layer.className = 'layer';
  chart.ctx.canvas.after(layer);
  const painted = surface(layer);

  function options(): uPlot.Options {
    const axis: uPlot.Axis = {
      stroke: () => palette.axis,
      grid: { stroke: () => palette.grid, width: 1 },
      ticks: { show: false },
      font: `${FONT_PX}px ${palette.font}`,
      gap: 6,
    };
    return {
      ...size(),
      ms: 1e-3,
      // Above for the "now" tag, at the right for half a date.
      padding: [22, 22, 0, 0],
      legend: { show: false },
      ...(clock === 'wall'
        ? { tzDate: (seconds: number) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC') }
        : {}),
      scales: {
        x: { time: clock !== 'rows', range: () => xRange() },
        y: { range: () => [range?.[0] ?? 0, range?.[1] ?? 1] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          space: 70,
          values: (_, splits, __, ___, incr) => ticks(splits, incr),
          size: (_, values) => (values?.some((value) => value.includes('\n')) ? 38 : 24),
        },
        { ...axis, size: (self, values) => axisSize(self, values, palette.font), space: 36 },
      ],
      // One without values: the y axis belongs to it.
      series: [{}, { points: { show: false } }],
      cursor: {
        y: false,
        drag: { x: false, y: false, setScale: false },
        points: { show: false },
      },
      hooks: {
        draw: [() => paint()],
        setCursor: [(self) => hover(self)],
      },
    };
  }

  function size() {
    return { width: Math.max(160, host.clientWidth), height: Math.max(160, host.clientHeight) };
  }

  function xRange(): [number, number] {
    if (!scene) return [0, 1];
    return [timeAt(scene.series, scene.from) / unit, timeAt(scene.series, scene.until - 1) / unit];
  }

  /** The time of day, and below it the day wherever it changes. */
  function ticks(splits: number[], incr: number): string[] {
    if (clock === 'rows') return splits.map((row) => (Number.isInteger(row) ? String(row + 1) : ''));
    let day = '';
    return splits.map((seconds) => {
      const ms = seconds * 1000;
      if (incr >= 20 * 86_400) return formatTick(clock, ms, 'month');
      const date = formatTick(clock, ms, 'day');
      if (incr >= 86_400) return date;
      const time = formatTick(clock, ms, incr < 60 ? 'seconds' : 'clock');
      const turned = date !== day;
      day = date;
      return turned ? `${time}\n${date}` : time;
    });
  }

  function hover(self: uPlot): void {
    const { idx, left } = self.cursor;
    if (!scene || idx === null || idx === undefined || left === undefined || left < 0) {
      onHover(undefined);
      return;
    }
    const index = scene.from + idx;
    const x = self.valToPos(self.data[0]![idx]!, 'x') + self.over.offsetLeft;
    onHover({ index, left: x, top: self.over.offsetTop });
  }

  function draw(next: Scene): void {
    if (next.series !== scene?.series) range = undefined;
    scene = next;
    const { series, from, until } = scene;
    range = steadyRange(extentOf(scene), range);
    const x = Float64Array.from({ length: until - from }, (_, i) => timeAt(series, from + i) / unit);
    chart.setData([x, new Array(x.length).fill(null)], true);
  }

  /** uPlot says when, because it also draws for a new size and a new theme, and where the plot then lies. */
  function paint(): void {
    if (!scene || !range) return;
    const { ctx, bbox } = chart;
    const { width, height } = ctx.canvas;
    const [min, max] = range;
    const plot = { ...bbox, from: scene.from, to: scene.until - 1, min, max };
    painted.paint(chartPicture(scene, plot, { width, height }, devicePixelRatio, palette));
  }

  // Touch: uPlot listens to the mouse alone, so a finger moves its cursor by hand.
  const touch = (event: PointerEvent) => {
    if (event.pointerType !== 'mouse') {
      const box = chart.over.getBoundingClientRect();
      chart.setCursor({ left: event.clientX - box.left, top: event.clientY - box.top });
    }
  };
  chart.over.addEventListener('pointerdown', touch);
  chart.over.addEventListener('pointermove', touch);

  const resized = new ResizeObserver(() => chart.setSize(size()));
  resized.observe(host);
  const stopTheme = onThemeChange(() => {
    palette = readPalette(host);
    chart.redraw(false, true);
  });

  return {
    draw,
    destroy() {
      resized.disconnect();
      stopTheme();
      painted.dispose();
      chart.destroy();
    },
  };
}

/** CSS pixels, by font and label: measuring costs more than drawing, and an axis keeps its labels for many steps. */
const widths = new Map<string, number>();
const MOST_WIDTHS = 1000;

/** Wide enough for the longest label, so that "1,013.25" is not cut off and "7" wastes no room on a phone. */
function axisSize({ ctx }: uPlot, values: readonly string[] | null, family: string): number {
  if (!values) return 40;
  const font = `${FONT_PX}px ${family}`;
  if (widths.size > MOST_WIDTHS) widths.clear();
  const widthOf = (label: string): number => {
    const key = `${font} ${label}`;
    const known = widths.get(key);
    if (known !== undefined) return known;
    ctx.save();
    ctx.font = font;
    const { width } = ctx.measureText(label);
    ctx.restore();
    widths.set(key, width);
    return width;
  };
  return Math.ceil(Math.max(0, ...values.map(widthOf))) + 14;
}
