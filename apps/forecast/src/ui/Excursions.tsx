/** When reality left the 95 % band: each time with its value and the band, and a way to go there. */
import { digitsFor, formatNumber, formatSpan, formatTime, withUnit } from '../format.ts';
import type { Page } from '../state/page.ts';
import type { Sensor } from '../state/sensor.ts';
import { watchOf } from '../state/sensorState.ts';
import { spreadOf } from '../state/spread.ts';

export function Excursions({ page, sensor }: { page: Page; sensor: Sensor }) {
  const { excursions } = watchOf(sensor);
  if (excursions.length === 0) return null;
  const series = sensor.series.value;
  const digits = digitsFor(spreadOf(sensor));
  const number = (value: number) => formatNumber(value, digits);
  return (
    <details class="panel excursions">
      <summary>
        When it left the band
        <span class="count">{excursions.length}</span>
      </summary>
      <ol>
        {excursions.toReversed().map(({ from, to, peak, value, lo, hi }) => (
          <li key={from}>
            <button
              type="button"
              class="rv-button quiet"
              title="Go back to this moment"
              onClick={() => page.step(peak + 1 - sensor.now.value)}
            >
              {formatTime(series, peak)}
            </button>
            <span>
              {withUnit(number(value), series.unit)}, band {number(lo)} to {withUnit(number(hi), series.unit)}
              {to > from && `, outside for ${formatSpan(series, to - from + 1)}`}
            </span>
          </li>
        ))}
      </ol>
    </details>
  );
}
