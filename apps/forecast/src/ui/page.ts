/**
 * The page's state and what can be done to it. Components read signals and call these functions; nothing
 * else writes. One replay moves all sensors, one worker forecasts for all, the chosen sensor comes first.
 */

import { batch, computed, effect, signal } from '@preact/signals';
import { RivuletError } from '@rivulet/core';
import { persistStorage } from '@rivulet/shell';
import { ForecastDesk } from '../forecast/forecastDesk.ts';
import { LEAST_PAST } from '../forecast/forecastLog.ts';
import { forecastRecord, pastOf } from '../forecast/forecastRecord.ts';
import { Predictor } from '../forecast/predictor.ts';
import { readFile } from '../source/readFile.ts';
import { ReplayClock, SPEEDS } from '../source/replayClock.ts';
import { shippedSensors } from '../source/shippedSensors.ts';
import { PageStore, type StoredFile } from '../store/pageStore.ts';
import { fileSensor, forgetForecasts, type Sensor, seriesOf, shippedSensor } from './sensor.ts';
import { shownFrom } from './shownFrom.ts';

export const HORIZONS = [24, 48, 96, 168] as const;

export interface Notice {
  readonly id: number;
  readonly kind: 'error' | 'warning';
  readonly text: string;
}

export type ModelState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly error: unknown };

interface Job {
  readonly sensor: Sensor;
  readonly origin: number;
  /** Made at now, not to judge the past. */
  readonly live: boolean;
}

export type Page = Awaited<ReturnType<typeof openPage>>;

/** @param base address the page's own files lie under, with a closing slash. */
export async function openPage(base: string) {
  const notices = signal<readonly Notice[]>([]);
  let noticeId = 0;
  const tell = (kind: Notice['kind'], text: string) => {
    // The newest say most; more than three would hide the chart.
    notices.value = [
      ...notices.value.filter((notice) => notice.text !== text),
      { id: ++noticeId, kind, text },
    ].slice(-3);
  };
  const dismiss = (id: number) => {
    notices.value = notices.value.filter((notice) => notice.id !== id);
  };

  const store = await PageStore.open((reason) =>
    tell(
      'warning',
      `${reason}: the page goes on, and forgets dropped files and positions when it is closed.`,
    ),
  );
  const [stored, files] = await Promise.all([store.page(), store.files()]);

  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const playing = signal(stored?.playing ?? !still);
  const speed = signal(oneOf(SPEEDS, stored?.speed, 2));
  const horizon = signal(oneOf(HORIZONS, stored?.horizon, 48));
  const showPast = signal(stored?.showPast ?? true);
  const showNaive = signal(stored?.showNaive ?? false);
  const model = signal<ModelState>({ kind: 'loading' });
  const reading = signal<string | undefined>(undefined);

  const position = (id: string) => stored?.positions[id];
  const sensors = signal<readonly Sensor[]>(
    files.map((file) => fileSensor(file, horizon.value, position(file.id))),
  );
  try {
    const shipped = await shippedSensors(`${base}sensors/`);
    sensors.value = [
      ...shipped.map((one) => shippedSensor(one, horizon.value, position(`shipped:${one.file}`))),
      ...sensors.value,
    ];
  } catch (error) {
    tell('error', messageOf(error));
  }
  const chosenId = signal(stored?.chosen ?? sensors.value[0]?.id);
  const chosen = computed(() => sensors.value.find(({ id }) => id === chosenId.value) ?? sensors.value[0]);

  // Forecasts.

  let diedAt = Number.NEGATIVE_INFINITY;
  const predictor = new Predictor(`${base}models/sensor-forecaster/`);

  async function loadModel(): Promise<void> {
    model.value = { kind: 'loading' };
    try {
      await predictor.load();
      model.value = { kind: 'ready' };
      desk.wake();
    } catch (error) {
      model.value = { kind: 'failed', error };
    }
  }

  /** First what is ahead of now, then the earlier forecasts that figures and picture still lack. */
  function pick(): Job | undefined {
    if (model.value.kind !== 'ready') return undefined;
    const first = chosen.value;
    const order = first ? [first, ...sensors.value.filter((sensor) => sensor !== first)] : [];
    const free = (sensor: Sensor, origin: number | undefined): origin is number =>
      origin !== undefined && origin >= LEAST_PAST && !sensor.refused.has(origin);
    for (const sensor of order) {
      const now = sensor.now.value;
      if (free(sensor, now) && !sensor.log.value.has(now)) return { sensor, origin: now, live: true };
    }
    for (const sensor of order) {
      const origin = sensor.log.value.missing(shownFrom(sensor), sensor.now.value, sensor.refused);
      if (free(sensor, origin)) return { sensor, origin, live: false };
    }
    return undefined;
  }

  async function work({ sensor, origin, live }: Job): Promise<void> {
    const log = sensor.log.value;
    const series = sensor.series.value;
    const past = pastOf(series.values, origin);
    const season = series.season ?? 1;
    const band = await predictor.predict(past, log.horizon, season);
    // Horizon or column changed meanwhile: the answer is to a question nobody asks any more.
    if (sensor.log.value !== log) return;
    log.add(forecastRecord(past, origin, log.horizon, season, band), live);
    touch(sensor);
    if (origin === sensor.now.value) sensor.refusal.value = undefined;
  }

  // Forecasts come faster than frames while the past is judged: one picture shows all that came since the last.
  const touched = new Set<Sensor>();

  function touch(sensor: Sensor): void {
    if (touched.size === 0) requestAnimationFrame(showTouched);
    touched.add(sensor);
  }

  function showTouched(): void {
    batch(() => {
      for (const { made } of touched) made.value++;
    });
    touched.clear();
  }

  function onFailure(error: unknown, { sensor, origin }: Job): void {
    if (error instanceof RivuletError && (error.code === 'SERIES_INVALID' || error.code === 'ARGUMENT')) {
      sensor.refused.add(origin);
      if (origin === sensor.now.value) sensor.refusal.value = error.message;
      return;
    }
    // A worker that died is started afresh by the next call; only one that dies again is worth a word.
    if (
      error instanceof RivuletError &&
      error.code === 'WORKER_DIED' &&
      performance.now() - diedAt > DEATHS_APART_MS
    ) {
      diedAt = performance.now();
      return;
    }
    model.value = { kind: 'failed', error };
  }

  const desk = new ForecastDesk<Job>({ pick, work, onFailure });

  // Replay.

  const clock = new ReplayClock(speed.value);
  let lastFrame = 0;
  let frame = 0;

  function tick(time: number): void {
    frame = 0;
    if (!playing.value) return;
    const due = clock.advance(lastFrame ? time - lastFrame : 0);
    lastFrame = time;
    if (due > 0) move(due);
    if ((chosen.value?.now.value ?? 0) >= (chosen.value?.series.value.length ?? 0)) playing.value = false;
    else frame = requestAnimationFrame(tick);
  }

  effect(() => {
    clock.speed = speed.value;
  });
  effect(() => {
    if (playing.value && frame === 0) {
      lastFrame = 0;
      clock.restart();
      frame = requestAnimationFrame(tick);
    }
  });

  function move(steps: number): void {
    for (const { now, series } of sensors.value) {
      now.value = Math.min(series.value.length, Math.max(LEAST_PAST, now.value + steps));
    }
    desk.wake();
  }

  function togglePlay(): void {
    const sensor = chosen.value;
    if (!playing.value && sensor && sensor.now.value >= sensor.series.value.length)
      sensor.now.value = sensor.replayFrom;
    playing.value = !playing.value;
    desk.wake();
  }

  /** One step by hand: the replay holds still then. */
  function step(by: number): void {
    playing.value = false;
    const sensor = chosen.value;
    if (sensor) seek(sensor.now.value + by);
  }

  function seek(to: number): void {
    const sensor = chosen.value;
    if (!sensor) return;
    sensor.now.value = Math.min(sensor.series.value.length, Math.max(LEAST_PAST, Math.round(to)));
    desk.wake();
  }

  function choose(id: string): void {
    chosenId.value = id;
    const sensor = chosen.value;
    if (playing.value && sensor && sensor.now.value >= sensor.series.value.length) playing.value = false;
    desk.wake();
  }

  function setHorizon(steps: number): void {
    horizon.value = steps;
    for (const sensor of sensors.value) forgetForecasts(sensor, steps);
    desk.wake();
  }

  // Files.

  async function addFile(file: File): Promise<void> {
    reading.value = file.name;
    try {
      const table = await readFile(file);
      const added: StoredFile = {
        id: `file:${crypto.randomUUID()}`,
        name: file.name,
        added: Date.now(),
        table,
        column: 0,
      };
      sensors.value = [...sensors.value, fileSensor(added, horizon.value, undefined)];
      choose(added.id);
      await store.saveFile(added);
      // A file someone brought is worth keeping when the browser tidies up.
      void persistStorage();
    } catch (error) {
      tell('error', messageOf(error));
    } finally {
      reading.value = undefined;
    }
  }

  function removeFile(sensor: Sensor): void {
    sensors.value = sensors.value.filter((other) => other !== sensor);
    if (chosenId.value === sensor.id) chosenId.value = sensors.value[0]?.id;
    void store.removeFile(sensor.id);
  }

  function setColumn(sensor: Sensor, column: number): void {
    if (!sensor.file) return;
    sensor.file.column.value = column;
    sensor.series.value = seriesOf(sensor.file.stored.table, column);
    forgetForecasts(sensor, horizon.value);
    desk.wake();
    void store.saveFile({ ...sensor.file.stored, column });
  }

  // Memory.

  async function remember(): Promise<void> {
    const positions = Object.fromEntries(sensors.value.map(({ id, now }) => [id, now.value]));
    await store.savePage({
      chosen: chosenId.value,
      playing: playing.value,
      speed: speed.value,
      horizon: horizon.value,
      showPast: showPast.value,
      showNaive: showNaive.value,
      positions,
    });
  }
  let saving: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    for (const { now } of sensors.value) now.value;
    [chosenId.value, playing.value, speed.value, horizon.value, showPast.value, showNaive.value];
    // A replay changes this every frame; half a second of it may be lost, and `pagehide` saves even that.
    if (saving !== undefined) return;
    saving = setTimeout(() => {
      saving = undefined;
      void remember();
    }, 500);
  });
  addEventListener('pagehide', () => void remember());
  document.addEventListener('visibilitychange', () => document.hidden && void remember());

  void loadModel();

  return {
    sensors,
    chosen,
    playing,
    speed,
    horizon,
    showPast,
    showNaive,
    model,
    notices,
    reading,
    loadModel,
    togglePlay,
    step,
    seek,
    choose,
    setHorizon,
    addFile,
    removeFile,
    setColumn,
    dismiss,
    remember,
  };
}

/** What an older version of the page stored may no longer be on offer. */
const oneOf = (offered: readonly number[], stored: number | undefined, fallback: number): number =>
  stored !== undefined && offered.includes(stored) ? stored : fallback;

/** Two deaths of the worker within this are no accident. */
const DEATHS_APART_MS = 30_000;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
