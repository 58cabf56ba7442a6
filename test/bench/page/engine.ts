/** Starts the engine bench in a worker and leaves its times, or why there are none, where the bench finds them. */
import type { EngineTimes } from '../engine/measure.ts';

declare global {
  interface Window {
    engineTimes?: EngineTimes;
  }
}

const worker = new Worker(new URL('./engineWorker.ts', import.meta.url), { type: 'module' });
worker.onmessage = ({ data }: MessageEvent<{ readonly times?: EngineTimes; readonly failure?: string }>) => {
  if (data.times) window.engineTimes = data.times;
  else window.failure = data.failure ?? 'no times';
};
worker.onerror = ({ message }) => {
  window.failure = message;
};
