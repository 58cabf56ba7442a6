/** The forecast in numbers, for those who read it with their ears or want to copy it. */
import { Icon } from '@rivulet/shell';
import { useState } from 'preact/hooks';
import { forecastCsv } from '../forecast/forecastCsv.ts';
import { digitsFor, formatNumber, formatShortTime, formatTime } from '../format.ts';
import type { Sensor } from '../state/sensor.ts';
import { spreadOf } from '../state/spread.ts';

export function ForecastTable({ sensor }: { sensor: Sensor }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="panel table-panel" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>The forecast as a table</summary>
      {/* Closed, it would still cost a render of every row at every step. */}
      {open && <Rows sensor={sensor} />}
    </details>
  );
}

function Rows({ sensor }: { sensor: Sensor }) {
  sensor.made.value;
  const series = sensor.series.value;
  const now = sensor.now.value;
  const ahead = sensor.log.value.ahead(now);
  const digits = digitsFor(spreadOf(sensor));
  if (!ahead) return <p>No forecast yet.</p>;
  const steps = Array.from({ length: ahead.origin + ahead.horizon - now }, (_, i) => now - ahead.origin + i);
  const cell = (values: ArrayLike<number>, h: number) => formatNumber(values[h]!, digits);
  return (
    <>
      <button
        type="button"
        class="rv-button"
        onClick={() => download(`${series.title} forecast.csv`, forecastCsv(series, ahead, now))}
      >
        <Icon name="download" /> Save as CSV
      </button>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <section class="table-scroll" tabIndex={0} aria-label="Forecast table">
        <table data-testid="forecast-table">
          <caption class="rv-hidden">
            Forecast of {series.title}
            {series.unit && `, in ${series.unit}`}, made at {formatTime(series, ahead.origin - 1)}
          </caption>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Median</th>
              <th scope="col">80&nbsp;% from</th>
              <th scope="col">to</th>
              <th scope="col">95&nbsp;% from</th>
              <th scope="col">to</th>
            </tr>
          </thead>
          <tbody>
            {steps.map((h) => (
              <tr key={h}>
                <th scope="row">{formatShortTime(series, ahead.origin + h)}</th>
                <td>{cell(ahead.median, h)}</td>
                <td>{cell(ahead.band80.lo, h)}</td>
                <td>{cell(ahead.band80.hi, h)}</td>
                <td>{cell(ahead.band95.lo, h)}</td>
                <td>{cell(ahead.band95.hi, h)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
