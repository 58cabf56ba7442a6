/** The two ways over the border in a page: to a worker that echoes, and to the package's. */
import * as Comlink from 'comlink';
import type { HostApi } from '../../../packages/inference/src/worker/api.ts';
import { workerConnection } from '../../../packages/inference/src/worker/workerConnection.ts';
import { type BorderTimes, borderTimes } from '../border/borderTimes.ts';

declare global {
  interface Window {
    measureBorder(): Promise<BorderTimes>;
  }
}

window.measureBorder = () => {
  const echo = new Worker(new URL('./borderWorker.ts', import.meta.url), { type: 'module' });
  return borderTimes(Comlink.wrap<HostApi>(echo) as unknown as HostApi, () =>
    workerConnection(
      new Worker(new URL('../../../packages/inference/src/worker/worker.ts', import.meta.url), {
        type: 'module',
      }),
    ),
  );
};
