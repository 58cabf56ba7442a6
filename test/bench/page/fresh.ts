/** A page that is open and has run nothing: from nothing but a worker's address to the first result. */
import { loadModel } from '@rivulet/inference';
import type { FirstCall } from '../startup/coldCases.ts';

/** Each resolves with milliseconds. */
const FIRST_CALLS = {
  async fused({ location, shape }: FirstCall): Promise<number> {
    const started = performance.now();
    // Starts the worker.
    const model = await loadModel(location, { engine: 'fused' });
    const [T, B, F] = shape;
    await model.run({ x: { data: new Float32Array(T * B * F), shape } });
    return performance.now() - started;
  },
  ort: (call: FirstCall) =>
    new Promise<number>((resolve, reject) => {
      const started = performance.now();
      const worker = new Worker(new URL('./freshOrtWorker.ts', import.meta.url), { type: 'module' });
      worker.onmessage = ({ data }) => {
        if (data === '') resolve(performance.now() - started);
        else reject(new Error(data));
      };
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.postMessage(call);
    }),
  /** To the first line of a worker that does nothing else. */
  none: () =>
    new Promise<number>((resolve, reject) => {
      const started = performance.timeOrigin + performance.now();
      const worker = new Worker(new URL('./emptyWorker.ts', import.meta.url), { type: 'module' });
      worker.onmessage = ({ data }) => resolve(data - started);
      worker.onerror = ({ message }) => reject(new Error(message));
    }),
};

/**
 * When its first page has loaded a new browser is busy with its own start for another second, on more than one core:
 * what starts then is measured against that.
 */
const REST_MS = 2000;

const asked = new URLSearchParams(location.search);
const call = {
  location: new URL(asked.get('location')!, location.href).href,
  shape: asked.get('shape')!.split(',').map(Number) as unknown as FirstCall['shape'],
};
addEventListener('load', () => {
  setTimeout(async () => {
    const first = FIRST_CALLS[asked.get('engine') as keyof typeof FIRST_CALLS];
    const result = await first(call).catch(String);
    await fetch(`/first?result=${encodeURIComponent(result)}`);
  }, REST_MS);
});
