/** The sentence a technician reads first: what it is now, what comes next, and how sure that is. */
import { digitsFor, formatNumber, formatSpan, formatTime, withUnit } from '../format.ts';
import type { Page } from '../state/page.ts';
import type { Sensor } from '../state/sensor.ts';
import { stateOf } from '../state/sensorState.ts';
import { spreadOf } from '../state/spread.ts';

export function Reading({ page, sensor }: { page: Page; sensor: Sensor }) {
  sensor.made.value;
  const series = sensor.series.value;
  const now = sensor.now.value;
  const ahead = sensor.log.value.ahead(now);
  const digits = digitsFor(spreadOf(sensor));
  const state = stateOf(sensor, page.model.value.kind !== 'failed');
  const number = (value: number) => formatNumber(value, digits);
  const at = ahead ? now - ahead.origin : 0;
  const horizon = page.horizon.value;
  const range = ahead && {
    lo: Math.min(...Array.from(ahead.band80.lo).slice(at)),
    hi: Math.max(...Array.from(ahead.band80.hi).slice(at)),
  };
  const sentence = () =>
    `${formatTime(series, now - 1)}: ${withUnit(number(series.values[now - 1] ?? Number.NaN), series.unit)}. ${state.text}.`;
  return (
    <header class="reading">
      {/* Spoken when the replay holds still; while it runs it would never be silent. */}
      <p class="rv-hidden" role="status">
        {page.playing.value ? '' : sentence()}
      </p>
      <div class="reading-title">
        <h1 title={series.title}>{series.title}</h1>
        <p>
          {sensor.subtitle && (
            <span class="file-name" title={sensor.subtitle}>
              {sensor.subtitle}
            </span>
          )}
          <span>{series.clock === 'rows' ? 'by row' : `every ${formatSpan(series, 1)}`}</span>
          <span class={`state ${state.kind}`} data-testid="sensor-state">
            {state.text}
          </span>
        </p>
      </div>
      <dl class="facts">
        <div>
          <dt>{formatTime(series, now - 1)}</dt>
          <dd data-testid="now-value">
            {number(series.values[now - 1] ?? Number.NaN)}
            <small>{series.unit}</small>
          </dd>
        </div>
        <div>
          <dt>Next, in {formatSpan(series, 1)}</dt>
          <dd data-testid="next-value">
            {ahead ? number(ahead.median[at]!) : '–'}
            <small>
              {ahead
                ? withUnit(`${number(ahead.band80.lo[at]!)} to ${number(ahead.band80.hi[at]!)}`, series.unit)
                : ''}
            </small>
          </dd>
        </div>
        <div>
          <dt>Next {formatSpan(series, horizon)}, 80 % band</dt>
          <dd>
            {range ? `${number(range.lo)} to ${number(range.hi)}` : '–'}
            <small>{series.unit}</small>
          </dd>
        </div>
      </dl>
    </header>
  );
}
