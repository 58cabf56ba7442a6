/** Plays, pauses, steps and scrubs the replay; chooses speed and horizon. */
import { computed } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { LEAST_PAST } from '../forecast/forecastLog.ts';
import { formatSpan, formatTime } from '../format.ts';
import { SPEEDS } from '../source/replayClock.ts';
import { HORIZONS, type Page } from '../state/page.ts';
import type { Sensor } from '../state/sensor.ts';

export function PlayBar({ page, sensor }: { page: Page; sensor: Sensor }) {
  const series = sensor.series.value;
  const playing = page.playing.value;
  // Every step moves the scrub bar alone; the rest of the bar changes at the ends of the series.
  const atStart = useMemo(() => computed(() => sensor.now.value <= LEAST_PAST), [sensor]).value;
  const atEnd = useMemo(() => computed(() => sensor.now.value >= sensor.series.value.length), [sensor]).value;
  const playName = playing ? 'Pause' : atEnd ? 'Replay' : 'Play';
  return (
    <div class="play-bar">
      <div class="transport">
        <IconButton
          name="One step back"
          disabled={atStart}
          onClick={() => page.step(-1)}
          path="M14 5 7 10l7 5zM5 5v10"
        />
        <button
          type="button"
          class="play"
          data-testid="play-toggle"
          aria-pressed={playing}
          aria-label={playName}
          title={`${playName} (space)`}
          onClick={page.togglePlay}
        >
          <svg viewBox="0 0 20 20" aria-hidden="true">
            <path d={playing ? 'M6 4h3v12H6zM11 4h3v12h-3z' : 'M6 4l10 6-10 6z'} />
          </svg>
        </button>
        <IconButton
          name="One step forward"
          disabled={atEnd}
          onClick={() => page.step(1)}
          path="m6 5 7 5-7 5zM15 5v10"
        />
      </div>
      <Scrub page={page} sensor={sensor} />
      <label class="pick">
        <span>Speed</span>
        <select
          value={page.speed.value}
          data-testid="speed"
          onChange={(event) => (page.speed.value = Number(event.currentTarget.value))}
        >
          {SPEEDS.map((speed) => (
            <option key={speed} value={speed}>
              {series.clock === 'rows' ? `${speed} rows/s` : `${formatSpan(series, speed)}/s`}
            </option>
          ))}
        </select>
      </label>
      <label class="pick">
        <span>Horizon</span>
        <select
          value={page.horizon.value}
          data-testid="horizon"
          onChange={(event) => page.setHorizon(Number(event.currentTarget.value))}
        >
          {HORIZONS.map((steps) => (
            <option key={steps} value={steps}>
              {series.clock === 'rows' ? `${steps} rows` : `${steps} steps, ${formatSpan(series, steps)}`}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function Scrub({ page, sensor }: { page: Page; sensor: Sensor }) {
  const series = sensor.series.value;
  const now = sensor.now.value;
  return (
    <label class="scrub">
      <span class="rv-hidden">Position in the series</span>
      <input
        type="range"
        min={LEAST_PAST}
        max={series.length}
        step={1}
        value={now}
        data-testid="scrub"
        style={{ '--done': `${((now - LEAST_PAST) / Math.max(1, series.length - LEAST_PAST)) * 100}%` }}
        aria-valuetext={formatTime(series, now - 1)}
        onInput={(event) => page.seek(Number(event.currentTarget.value))}
      />
    </label>
  );
}

function IconButton(props: { name: string; path: string; disabled: boolean; onClick: () => void }) {
  return (
    <button
      type="button"
      class="rv-icon-button"
      aria-label={props.name}
      title={props.name}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      <svg viewBox="0 0 20 20" aria-hidden="true">
        <path d={props.path} />
      </svg>
    </button>
  );
}
