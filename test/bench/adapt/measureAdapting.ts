/** The measured part of the adapt bench, the same in Node and in a page. */
import type { Adapter, AdaptMethod, HostOptions, InkSample } from '@rivulet/training/adapt';

export type AdaptTimes = readonly {
  readonly method: AdaptMethod;
  readonly epochs: number;
  readonly steps: number;
  /** Training and judging, without loading the model. */
  readonly seconds: number;
  /** Bytes of the delta's file. */
  readonly delta: number;
  /** Memory of the kernels: weights, gradients, moments, activations. */
  readonly megabytes: number;
}[];

const METHODS: readonly AdaptMethod[] = ['lowRank', 'all', 'last'];
const EPOCHS = 5;

export async function measureAdapting(
  createAdapter: (model: string, options?: HostOptions) => Promise<Adapter>,
  model: string,
  words: readonly InkSample[],
): Promise<AdaptTimes> {
  const times: AdaptTimes[number][] = [];
  for (const method of METHODS) {
    const adapter = await createAdapter(model);
    // The first round compiles the code.
    await adapter.adapt(words, { method, epochs: 1, margin: 1 });
    const settings = { method, epochs: EPOCHS, patience: EPOCHS, margin: 0 };
    const { seconds, steps, memoryBytes } = await adapter.adapt(words, settings);
    const delta = (await adapter.exportDelta())?.length ?? 0;
    adapter.dispose();
    times.push({ method, epochs: EPOCHS, steps, seconds, delta, megabytes: memoryBytes / 1e6 });
  }
  return times;
}
