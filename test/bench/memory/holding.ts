/** What the memory bench does wherever the engine runs: the same in Node and in a page. */
import type { loadModel, Model } from '@rivulet/inference';

export interface Holding {
  /** Loads a model of that input, runs it once for so many steps, and keeps it. */
  open(location: string, steps: number, features: number): Promise<void>;
  close(): Promise<void>;
  /** Pushes of one step on one stream of the open model. */
  push(count: number, features: number): Promise<void>;
  /** Loads, runs and disposes a model again and again. */
  cycle(count: number, location: string, features: number): Promise<void>;
}

export function holding(load: typeof loadModel): Holding {
  let model: Model | undefined;
  const zeros = (steps: number, features: number) => ({
    x: { data: new Float32Array(steps * features), shape: [steps, 1, features] },
  });
  return {
    async open(location, steps, features) {
      model = await load(location, { engine: 'fused', cache: 'none' });
      if (steps > 0) await model.run(zeros(steps, features));
    },
    async close() {
      await model?.dispose();
      model = undefined;
    },
    async push(count, features) {
      const stream = model!.createStream();
      const chunk = new Float32Array(features).fill(0.5);
      for (let i = 0; i < count; i++) await stream.push(chunk);
      await stream.dispose();
    },
    async cycle(count, location, features) {
      for (let i = 0; i < count; i++) {
        const one = await load(location, { engine: 'fused', cache: 'none' });
        await one.run(zeros(1, features));
        await one.dispose();
      }
    },
  };
}
