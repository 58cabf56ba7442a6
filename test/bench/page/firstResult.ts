/** What a page does first: load a model, run it once. Leaves the times where the bench finds them. */
import type { EngineName, loadModel } from '@rivulet/inference';

declare global {
  interface Window {
    /** Milliseconds since navigation began, and since this script did. */
    figures?: { readonly navigation: number; readonly script: number };
    failure?: string;
  }
}

export async function firstResult(load: typeof loadModel, engine: EngineName): Promise<void> {
  const started = performance.now();
  try {
    const model = await load('./model.onnx', { engine });
    await model.run({ x: { data: new Float32Array(90 * 6), shape: [90, 1, 6] } });
    const now = performance.now();
    window.figures = { navigation: now, script: now - started };
  } catch (error) {
    window.failure = String(error);
  }
}
