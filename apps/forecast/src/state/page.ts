/**
 * The page's state and what can be done to it. Components read signals and call these functions; nothing
 * else writes. Replay, forecasts, notices and storage are parts of their own that hang together here alone.
 */

import { computed, effect, signal } from '@preact/signals';
import { persistStorage, toast } from '@rivulet/shell';
import { Predictor } from '../forecast/predictor.ts';
import { readFile } from '../source/readFile.ts';
import { SPEEDS } from '../source/replayClock.ts';
import { shippedSensors } from '../source/shippedSensors.ts';
import { PageStore, type StoredFile, type StoredPage } from '../store/pageStore.ts';
import { Forecasting } from './forecasting.ts';
import { Notices } from './notices.ts';
import { isOver, Replay } from './replay.ts';
import { fileSensor, forgetForecasts, type Sensor, seriesOf, shippedSensor } from './sensor.ts';
import { shownFrom } from './shownFrom.ts';

export const HORIZONS = [24, 48, 96, 168] as const;
/** A replay changes what is remembered every frame; this much of it may be lost, and `pagehide` saves even that. */
const REMEMBER_MS = 500;

export type Page = Awaited<ReturnType<typeof openPage>>;

/** @param base address the page's own files lie under, with a closing slash. */
export async function openPage(base: string) {
  const notices = new Notices();
  const sensors = signal<readonly Sensor[]>([]);
  const chosenId = signal<string | undefined>(undefined);
  const chosen = computed(() => sensors.value.find(({ id }) => id === chosenId.value) ?? sensors.value[0]);
  const chosenFirst = computed(() => {
    const first = chosen.value;
    return first ? [first, ...sensors.value.filter((sensor) => sensor !== first)] : [];
  });

  // The slowest first, all at once: worker and model, sensors, database.
  const predictor = new Predictor(`${base}models/sensor-forecaster/`);
  const forecasting = new Forecasting({ predictor, sensors: chosenFirst, shownFrom });
  const modelTried = forecasting.load();
  const fetched = shippedSensors(`${base}sensors/`).catch((error: unknown) => {
    notices.fail(error, 'Example sensors');
    return [];
  });
  const store = await PageStore.open((reason) =>
    notices.tell(
      'warning',
      `${reason}: the page goes on, and forgets dropped files and positions when it is closed.`,
    ),
  );
  const [stored, files, shipped] = await Promise.all([store.page(), store.files(), fetched]);

  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const playing = signal(stored?.playing ?? !still);
  const speed = signal(oneOf(SPEEDS, stored?.speed, 2));
  const horizon = signal(oneOf(HORIZONS, stored?.horizon, 48));
  const showPast = signal(stored?.showPast ?? true);
  const showNaive = signal(stored?.showNaive ?? false);
  /** Name of the file that is being read. */
  const reading = signal<string | undefined>(undefined);

  const position = (id: string) => stored?.positions[id];
  sensors.value = [
    ...shipped.map((one) => shippedSensor(one, horizon.value, position(`shipped:${one.file}`))),
    ...files.map((file) => fileSensor(file, horizon.value, position(file.id))),
  ];
  chosenId.value = stored?.chosen;
  const wake = () => forecasting.wake();
  const replay = new Replay({ sensors, chosen, playing, speed, onMove: wake });
  wake();

  function choose(id: string): void {
    chosenId.value = id;
    if (playing.value && chosen.value && isOver(chosen.value)) playing.value = false;
    wake();
  }

  function setHorizon(steps: number): void {
    horizon.value = steps;
    for (const sensor of sensors.value) forgetForecasts(sensor, steps);
    wake();
  }

  async function addFile(file: File): Promise<void> {
    reading.value = file.name;
    notices.forget(file.name);
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
      notices.fail(error, file.name);
    } finally {
      reading.value = undefined;
    }
  }

  function removeFile(sensor: Sensor): void {
    const { file } = sensor;
    if (!file) return;
    const place = sensors.value.indexOf(sensor);
    sensors.value = sensors.value.filter((other) => other !== sensor);
    if (chosenId.value === sensor.id) chosenId.value = sensors.value[0]?.id;
    void store.removeFile(sensor.id);
    toast(`${file.stored.name} removed`, {
      label: 'Undo',
      run: () => {
        sensors.value = sensors.value.toSpliced(place, 0, sensor);
        choose(sensor.id);
        void store.saveFile({ ...file.stored, column: file.column.value });
      },
    });
  }

  function setColumn(sensor: Sensor, column: number): void {
    if (!sensor.file) return;
    sensor.file.column.value = column;
    sensor.series.value = seriesOf(sensor.file.stored.table, column);
    forgetForecasts(sensor, horizon.value);
    wake();
    void store.saveFile({ ...sensor.file.stored, column });
  }

  /** What the page stands at now; read in an effect it follows every change. */
  const snapshot = (): StoredPage => ({
    chosen: chosen.value?.id,
    playing: playing.value,
    speed: speed.value,
    horizon: horizon.value,
    showPast: showPast.value,
    showNaive: showNaive.value,
    positions: Object.fromEntries(sensors.value.map(({ id, now }) => [id, now.value])),
  });
  const remember = () => store.savePage(snapshot());
  let saving: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    snapshot();
    if (saving !== undefined) return;
    saving = setTimeout(() => {
      saving = undefined;
      void remember();
    }, REMEMBER_MS);
  });
  addEventListener('pagehide', () => void remember());
  document.addEventListener('visibilitychange', () => document.hidden && void remember());

  return {
    sensors,
    chosen,
    playing,
    speed,
    horizon,
    showPast,
    showNaive,
    reading,
    notices,
    model: forecasting.model,
    /** Settles when the model has come, or failed to, for the first time. */
    modelTried,
    loadModel: () => forecasting.load(),
    togglePlay: () => replay.toggle(),
    step: (by: number) => replay.step(by),
    seek: (to: number) => replay.seek(to),
    choose,
    setHorizon,
    addFile,
    removeFile,
    setColumn,
    remember,
  };
}

/** What an older version of the page stored may no longer be on offer. */
const oneOf = (offered: readonly number[], stored: number | undefined, fallback: number): number =>
  stored !== undefined && offered.includes(stored) ? stored : fallback;
