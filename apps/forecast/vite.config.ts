import { workerOutput } from '@rivulet/inference/pack/workerOutput.ts';
import { pageConfig } from '@rivulet/shell/build/pageConfig.ts';
import { defineConfig } from 'vite';

export default defineConfig(
  pageConfig({
    models: new URL('../../models/', import.meta.url),
    model: 'sensor-forecaster',
    service: 'seriesForecaster',
    workerOutput,
    keep: ['csv'],
    manifest: {
      name: 'Rivulet forecast',
      short_name: 'Forecast',
      description: 'For each sensor, what comes next and how sure that is.',
    },
  }),
);
