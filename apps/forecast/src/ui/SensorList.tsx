/** Every sensor as a card: what it says, what comes next, how sure that is. */
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { sparkPicture } from '../chart/makePictures.ts';
import { onThemeChange, readPalette } from '../chart/palette.ts';
import { type Surface, surface } from '../chart/surface.ts';
import { digitsFor, formatNumber, withUnit } from '../format.ts';
import type { Page } from '../state/page.ts';
import type { Sensor } from '../state/sensor.ts';
import { stateOf } from '../state/sensorState.ts';
import { spreadOf } from '../state/spread.ts';
import { OpenFile } from './OpenFile.tsx';

export function SensorList({ page }: { page: Page }) {
  return (
    <nav class="sensors" aria-label="Sensors">
      <ul>
        {page.sensors.value.map((sensor) => (
          <li key={sensor.id}>
            <SensorCard page={page} sensor={sensor} />
          </li>
        ))}
        <li>
          <OpenFile page={page} place="card" />
        </li>
      </ul>
    </nav>
  );
}

function SensorCard({ page, sensor }: { page: Page; sensor: Sensor }) {
  const { title, unit } = sensor.series.value;
  const state = stateOf(sensor, page.model.value.kind !== 'failed');
  const isChosen = page.chosen.value === sensor;
  const digits = digitsFor(spreadOf(sensor));
  const value = lastValue(sensor);
  const card = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isChosen) bringIntoView(card.current!);
  }, [isChosen]);
  return (
    <button
      ref={card}
      type="button"
      class="card"
      aria-current={isChosen ? 'true' : undefined}
      data-testid="sensor-card"
      onClick={() => page.choose(sensor.id)}
    >
      <span class="card-title">{title}</span>
      <Spark sensor={sensor} />
      <span class="card-value">{withUnit(formatNumber(value, digits), unit)}</span>
      <span class={`state ${state.kind}`}>{state.short}</span>
    </button>
  );
}

/** Scrolls the list alone; `scrollIntoView` would move the page as well. */
function bringIntoView(card: HTMLElement): void {
  const list = card.closest('.sensors')!;
  const [inner, outer] = [card.getBoundingClientRect(), list.getBoundingClientRect()];
  const over = (low: number, high: number) => (low < 0 ? low : Math.max(0, high));
  list.scrollBy({
    left: over(inner.left - outer.left - MARGIN, inner.right - outer.right + MARGIN),
    top: over(inner.top - outer.top - MARGIN, inner.bottom - outer.bottom + MARGIN),
  });
}

/** CSS pixels that a card keeps from the list's edges. */
const MARGIN = 12;

/** The newest value that is no gap. */
function lastValue({ series, now }: Sensor): number {
  const { values } = series.value;
  for (let i = now.value - 1; i >= 0; i--) if (Number.isFinite(values[i]!)) return values[i]!;
  return Number.NaN;
}

/** Cards that are scrolled out of view keep their first picture, or their last, until they are seen. */
function Spark({ sensor }: { sensor: Sensor }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const painted = useRef<Surface>(undefined);
  const size = useRef({ width: 0, height: 0 });
  const isSeen = useRef(true);
  const draw = useRef(() => {});
  sensor.made.value;
  const { values } = sensor.series.value;
  const now = sensor.now.value;
  draw.current = () => {
    if (!canvas.current || !isSeen.current) return;
    const spark = { values, now, ahead: sensor.log.peek().ahead(now) };
    const palette = readPalette(canvas.current);
    const picture = sparkPicture(spark, size.current, devicePixelRatio, palette);
    if (picture) painted.current?.paint(picture);
  };
  // In the frame that renders; after it, the canvas would cost a frame of its own.
  useLayoutEffect(() => draw.current());
  useEffect(() => {
    painted.current = surface(canvas.current!);
    // The observers tell size and place for free; asking the canvas would force a layout at every step.
    const resized = new ResizeObserver(([entry]) => {
      size.current = entry!.contentRect;
      draw.current();
    });
    const seen = new IntersectionObserver((entries) => {
      isSeen.current = entries.at(-1)!.isIntersecting;
      draw.current();
    });
    resized.observe(canvas.current!);
    seen.observe(canvas.current!);
    const stopTheme = onThemeChange(() => draw.current());
    return () => {
      resized.disconnect();
      seen.disconnect();
      stopTheme();
      painted.current?.dispose();
    };
  }, []);
  return <canvas ref={canvas} class="spark" />;
}
