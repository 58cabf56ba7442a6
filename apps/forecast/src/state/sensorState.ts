/** What a technician wants to know of a sensor at a glance. */
import { type Watch, watch } from '../forecast/excursions.ts';
import { type ForecastLog, JUDGED, LEAST_PAST } from '../forecast/forecastLog.ts';
import { formatSpan } from '../format.ts';
import type { Sensor } from './sensor.ts';

export interface SensorState {
  readonly kind: 'waiting' | 'learning' | 'steady' | 'outside' | 'silent' | 'refused';
  readonly text: string;
  /** Fits a card in one line, so that cards keep their height while states change. */
  readonly short: string;
}

interface Watched extends Watch {
  readonly made: number;
  readonly now: number;
}

/** Chart, figures and list ask for the same at every step. */
const lastWatched = new WeakMap<ForecastLog, Watched>();

/** The 95 % watch over the stretch that has judged forecasts. */
export function watchOf(sensor: Sensor): Watch {
  const made = sensor.made.value;
  const log = sensor.log.value;
  const now = sensor.now.value;
  const { values } = sensor.series.value;
  const last = lastWatched.get(log);
  if (last?.made === made && last.now === now) return last;
  const watched = { ...watch(log, values, now - JUDGED * log.stride, now), made, now };
  lastWatched.set(log, watched);
  return watched;
}

export function stateOf(sensor: Sensor, hasModel: boolean): SensorState {
  sensor.made.value;
  const { now, series, log, refusal } = sensor;
  if (refusal.value) return { kind: 'refused', text: refusal.value, short: 'No forecast' };
  if (now.value < LEAST_PAST)
    return { kind: 'learning', text: 'Too few values yet', short: 'Too few values' };
  const { values } = series.value;
  let silent = 0;
  while (silent < now.value && Number.isNaN(values[now.value - 1 - silent]!)) silent++;
  if (silent > 0) {
    const text = `No value for ${formatSpan(series.value, silent)}`;
    return { kind: 'silent', text, short: text };
  }
  if (!log.value.ahead(now.value)) {
    return hasModel
      ? { kind: 'waiting', text: 'Forecast on its way', short: 'Forecasting' }
      : { kind: 'refused', text: 'No forecast', short: 'No forecast' };
  }
  const { excursions } = watch(log.value, values, now.value - log.value.horizon, now.value);
  const last = excursions.at(-1);
  if (last?.to === now.value - 1) {
    const side = last.value > last.hi ? 'Above' : 'Below';
    return { kind: 'outside', text: `${side} the 95\u202f% band`, short: `${side} band` };
  }
  return { kind: 'steady', text: 'Within the 95\u202f% band', short: 'Within band' };
}
