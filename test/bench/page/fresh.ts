/** A page that is open and has run nothing: from nothing but a worker's address to the first result. */
import { loadModel } from '@rivulet/inference';
import type { FirstCall } from '../startup/coldCases.ts';

declare global {
  interface Window {
    /** Each resolves with milliseconds. */
    firstCall: Record<'fused' | 'ort', (call: FirstCall) => Promise<number>>;
  }
}

window.firstCall = {
  async fused({ location, shape }) {
    const started = performance.now();
    // Starts the worker.
    const model = await loadModel(location, { engine: 'fused' });
    const [T, B, F] = shape;
    await model.run({ x: { data: new Float32Array(T * B * F), shape } });
    return performance.now() - started;
  },
  ort: (call) =>
    new Promise((resolve, reject) => {
      const started = performance.now();
      const worker = new Worker(new URL('./freshOrtWorker.ts', import.meta.url), { type: 'module' });
      worker.onmessage = ({ data }) => {
        if (data === '') resolve(performance.now() - started);
        else reject(new Error(data));
      };
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.postMessage(call);
    }),
};
