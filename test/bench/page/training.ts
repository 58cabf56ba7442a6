/** Starts a worker that trains, and hands the bench's requests on to it. */
import type { Request } from './trainingWorker.ts';

declare global {
  interface Window {
    /** @returns milliseconds of each step */
    trainSteps?: (request: Request) => Promise<readonly number[]>;
  }
}

const worker = new Worker(new URL('./trainingWorker.ts', import.meta.url), { type: 'module' });
window.trainSteps = (request) =>
  new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<{ times?: readonly number[]; failure?: string }>) => {
      if (data.times) resolve(data.times);
      else reject(new Error(data.failure));
    };
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(request);
  });
