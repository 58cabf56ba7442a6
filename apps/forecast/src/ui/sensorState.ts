/** What a technician wants to know of a sensor at a glance. */
import { type Watch, watch } from '../forecast/excursions.ts';
import { JUDGED, LEAST_PAST } from '../forecast/forecastLog.ts';
import { formatSpan } from '../format.ts';
import type { Sensor } from './sensor.ts';

export interface SensorState {
  readonly kind: 'waiting' | 'learning' | 'steady' | 'outside' | 'silent' | 'refused';
  readonly text: string;
}

/** The 95 % watch over the stretch that has judged forecasts. */
export function watchOf(sensor: Sensor): Watch {
  sensor.made.value;
  const log = sensor.log.value;
  const now = sensor.now.value;
  return watch(log, sensor.series.value.values, now - JUDGED * log.stride, now);
}

export function stateOf(sensor: Sensor, hasModel: boolean): SensorState {
  sensor.made.value;
  const { now, series, log, refusal } = sensor;
  if (refusal.value) return { kind: 'refused', text: refusal.value };
  if (now.value < LEAST_PAST) return { kind: 'learning', text: 'Too few values yet' };
  const { values } = series.value;
  let silent = 0;
  while (silent < now.value && Number.isNaN(values[now.value - 1 - silent]!)) silent++;
  if (silent > 0) return { kind: 'silent', text: `No value for ${formatSpan(series.value, silent)}` };
  if (!log.value.ahead(now.value)) {
    return hasModel
      ? { kind: 'waiting', text: 'Forecast on its way' }
      : { kind: 'refused', text: 'No forecast' };
  }
  const { excursions } = watch(log.value, values, now.value - log.value.horizon, now.value);
  const last = excursions.at(-1);
  if (last?.to === now.value - 1) {
    const side = last.value > last.hi ? 'Above' : 'Below';
    return { kind: 'outside', text: `${side} the 95\u202f% band` };
  }
  return { kind: 'steady', text: 'Within the band' };
}
