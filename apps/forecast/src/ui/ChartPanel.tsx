/** The chart with its legend and the read-out that follows the pointer. */
import { type ReadonlySignal, type Signal, useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { type ForecastChart, forecastChart, type Hover } from '../chart/forecastChart.ts';
import type { Scene } from '../chart/scene.ts';
import { digitsFor, formatNumber, formatSpan, formatTime, withUnit } from '../format.ts';
import type { Page } from '../state/page.ts';
import type { Sensor } from '../state/sensor.ts';
import { watchOf } from '../state/sensorState.ts';
import { shownFrom } from '../state/shownFrom.ts';
import { spreadOf } from '../state/spread.ts';

export function ChartPanel({ page, sensor }: { page: Page; sensor: Sensor }) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<ForecastChart>(undefined);
  const hover = useSignal<Hover | undefined>(undefined);
  const { clock } = sensor.series.value;
  // Layout effects run in the frame that renders, others after it: the canvas would cost a frame of its own.
  useLayoutEffect(() => {
    chart.current = forecastChart(host.current!, clock, (place) => {
      hover.value = place;
    });
    return () => chart.current?.destroy();
  }, [hover, clock]);

  const scene = sceneOf(page, sensor);
  useLayoutEffect(() => chart.current?.draw(scene));
  return (
    <>
      <div class="chart-box">
        <div ref={host} class="chart" data-testid="chart" role="img" aria-label={describe(scene)} />
        <ReadOut scene={scene} hover={hover} sensor={sensor} />
      </div>
      <Legend page={page} />
    </>
  );
}

function sceneOf(page: Page, sensor: Sensor): Scene {
  sensor.made.value;
  const now = sensor.now.value;
  const horizon = page.horizon.value;
  const log = sensor.log.value;
  const series = sensor.series.value;
  const from = shownFrom(sensor);
  return {
    series,
    now,
    from,
    until: now + horizon,
    ahead: log.ahead(now),
    past: log.chain(from, now),
    excursions: watchOf(sensor).excursions,
    showPast: page.showPast.value,
    showNaive: page.showNaive.value,
  };
}

function describe({ series, now, ahead, from }: Scene): string {
  const digits = 2;
  const last = ahead?.median.length ? ahead.origin + ahead.horizon - 1 : undefined;
  const future =
    ahead && last !== undefined
      ? ` The forecast reaches ${formatTime(series, last)}, median ${formatNumber(ahead.median[ahead.horizon - 1]!, digits)}, 80 percent band ${formatNumber(ahead.band80.lo[ahead.horizon - 1]!, digits)} to ${formatNumber(ahead.band80.hi[ahead.horizon - 1]!, digits)} ${series.unit}.`
      : '';
  return `${series.title}, from ${formatTime(series, from)} to now, ${formatTime(series, now - 1)}.${future} The table below holds the numbers.`;
}

interface ReadOutProps {
  readonly scene: Scene;
  /** A signal, so that a pointer that moves renders this alone. */
  readonly hover: ReadonlySignal<Hover | undefined>;
  readonly sensor: Sensor;
}

/** Time, value and band under the pointer; in the past, what had been said of it. */
function ReadOut({ scene, hover, sensor }: ReadOutProps) {
  const place = hover.value;
  if (!place || place.index >= scene.until) return null;
  const { series, now, ahead } = scene;
  const { index, left, top } = place;
  const digits = digitsFor(spreadOf(sensor));
  const number = (value: number | undefined) =>
    withUnit(formatNumber(value ?? Number.NaN, digits), series.unit);
  const isPast = index < now;
  const record = isPast
    ? scene.past.findLast(({ origin, horizon }) => origin <= index && index < origin + horizon)
    : ahead;
  const h = record ? index - record.origin : 0;
  const known = record !== undefined && h >= 0 && h < record.horizon;
  const range = (band: { lo: ArrayLike<number>; hi: ArrayLike<number> }) =>
    `${formatNumber(band.lo[h]!, digits)} to ${number(band.hi[h])}`;
  return (
    <div
      class="read-out"
      style={{ '--x': `${left}px`, '--y': `${top}px` }}
      data-testid="read-out"
      aria-hidden="true"
    >
      <p>{formatTime(series, index)}</p>
      <dl>
        {isPast && (
          <>
            <dt>Measured</dt>
            <dd>{Number.isFinite(series.values[index]!) ? number(series.values[index]) : 'no value'}</dd>
          </>
        )}
        {known && (
          <>
            <dt>{isPast ? `Forecast ${formatSpan(series, h + 1)} before` : 'Median'}</dt>
            <dd>{number(record.median[h])}</dd>
            <dt>80 %</dt>
            <dd>{range(record.band80)}</dd>
            <dt>95 %</dt>
            <dd>{range(record.band95)}</dd>
          </>
        )}
      </dl>
    </div>
  );
}

function Legend({ page }: { page: Page }) {
  return (
    <div class="legend">
      <ul>
        <li>
          <i class="key line" /> Measured
        </li>
        <li>
          <i class="key median" /> Median
        </li>
        <li>
          <i class="key fan80" /> 80 %
        </li>
        <li>
          <i class="key fan95" /> 95 %
        </li>
        <li>
          <i class="key alarm" /> Left the 95 % band
        </li>
      </ul>
      <ul>
        <Shown what={page.showPast} kind="past" name="Earlier forecasts" />
        <Shown what={page.showNaive} kind="naive" name="Seasonal naive" />
      </ul>
    </div>
  );
}

interface ShownProps {
  readonly what: Signal<boolean>;
  readonly kind: string;
  readonly name: string;
}

function Shown({ what, kind, name }: ShownProps) {
  return (
    <li>
      <label>
        <input
          type="checkbox"
          checked={what.value}
          onChange={(event) => (what.value = event.currentTarget.checked)}
        />
        <i class={`key ${kind}`} /> {name}
      </label>
    </li>
  );
}
