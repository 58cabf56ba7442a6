/**
 * Sensors lend the forecaster the first four fifths of their history; forecasts of the last fifth are scored. They are
 * those of the two ETT stations, which no shipped weights may see: the second's to choose by, the first's to report.
 */
import { window } from '@rivulet/core';
import { loadForecaster } from '@rivulet/inference/node';
import { chronologicalSplit, loadSensors } from '@rivulet/training';
import { compareOnWindow } from '../scoreForecasts.ts';
import { type AdaptStudy, addSums, percent, type StudyOptions, type Sums } from './adaptStudy.ts';

const MODEL = 'models/sensor-forecaster';
const HORIZON = 48;

export async function sensorStudy({ choose, data, most }: StudyOptions): Promise<AdaptStudy> {
  const all = (await loadSensors('ett', data)).filter(({ name }) => name.startsWith('ETTh2') === choose);
  const sensors = all.slice(0, most);
  return {
    title: `${sensors.length} sensors, the first four fifths of each; forecasts of the rest, ${HORIZON} hours ahead`,
    model: MODEL,
    cases: sensors.map((series) => {
      const { name, y, season } = series;
      const [from, to] = chronologicalSplit(y.length).test;
      return {
        name,
        samples: [{ y: y.subarray(0, from), season }],
        async judge(folder): Promise<Sums> {
          const forecaster = await loadForecaster(folder);
          const sums = { windows: 0, sql: 0, mase: 0, covered: 0, naive: 0 };
          for (const origin of window(y.length, { context: 2 * season, horizon: HORIZON, from, to })) {
            const result = await compareOnWindow(forecaster, series, origin, HORIZON);
            if (!result?.model) continue;
            const { sql, mase, covered } = result.model;
            addSums(sums, { windows: 1, sql, mase, covered, naive: result.naive.sql });
          }
          await forecaster.dispose();
          return sums;
        },
      };
    }),
    figures: ({ windows, sql, mase, covered, naive }) => ({
      SQL: sql! / windows!,
      MASE: mase! / windows!,
      'in 80 %': covered! / windows!,
      'naive SQL': naive! / windows!,
    }),
    show: (name, value) => (name === 'in 80 %' ? percent(value) : value.toFixed(3)),
  };
}
