/** A dropped file: which column is forecast, how the file was read, what was left out of it. */
import { formatNumber, formatSpan } from '../format.ts';
import type { Page } from '../state/page.ts';
import type { Sensor } from '../state/sensor.ts';

export function FilePanel({
  page,
  sensor,
  file,
}: {
  page: Page;
  sensor: Sensor;
  file: NonNullable<Sensor['file']>;
}) {
  const { stored, column } = file;
  const { columns, reading, problems, length } = stored.table;
  const series = sensor.series.value;
  const { missing } = columns[column.value]!;
  return (
    <section class="panel file-panel" aria-label="File" data-testid="file-panel">
      <div class="file-head">
        <h2>{stored.name}</h2>
        {columns.length > 1 && (
          <label class="pick">
            <span>Column</span>
            <select
              value={column.value}
              data-testid="column"
              onChange={(event) => page.setColumn(sensor, Number(event.currentTarget.value))}
            >
              {columns.map(({ name }, index) => (
                <option key={`${index} ${name}`} value={index}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        )}
        <button type="button" class="rv-button" onClick={() => page.removeFile(sensor)}>
          Remove
        </button>
      </div>
      <p data-testid="file-summary">
        {formatNumber(length, 0)} steps
        {series.clock === 'rows' ? '' : ` of ${formatSpan(series, 1)}`},{' '}
        {missing === 0
          ? 'no gaps'
          : `${formatNumber(missing, 0)} without a value (missing rows or empty cells)`}
        ,{' '}
        {(series.season ?? 1) > 1
          ? `a pattern that repeats every ${formatSpan(series, series.season!)}`
          : 'no repeating pattern'}
        .
      </p>
      <details open={problems.length > 0}>
        <summary>
          How it was read
          {problems.length > 0
            ? `, and ${problems.length} ${problems.length === 1 ? 'remark' : 'remarks'}`
            : ''}
        </summary>
        <ul>
          {reading.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
          {problems.map((sentence) => (
            <li key={sentence} class="problem">
              {sentence}
            </li>
          ))}
        </ul>
      </details>
    </section>
  );
}
