/**
 * The choice that `auto` makes for a wide model: the GPU or the fused engine, by a quick measurement while it loads.
 *
 * The rule, in the order in which it costs something:
 * 1. `mayWinOnGpu` (createSession.ts): the model has a million recurrent weights, and the page has WebGPU. A small
 *    model, and every one of this repository, is not measured at all.
 * 2. The adapter is no software: SwiftShader and its like compute on the processor as well, only slower.
 * 3. The fused engine takes at least 8 ms for 32 steps of one sequence (fixed dimensions of the file as they are):
 *    below, what a GPU could save is not felt, for each of its runs has a round trip of a millisecond or more.
 * 4. The GPU does the same in half the time: a call of fewer steps gains less.
 *
 * Streams and incremental runs of the chosen model stay on the fused engine, for a step at a time is nothing for a GPU,
 * and it runs the call that the GPU fails: so the weights are kept in both places.
 */
import { RivuletError } from '@rivulet/core';
import { gpuAdapterInfo } from '@rivulet/kernels/webgpu';
import type { AnyTensor, Session } from '../engine.ts';
import { checkFeeds, dimensionKey, zerosOf } from '../feeds.ts';
import type { GraphHost } from '../fused/fusedSession.ts';
import { CELLS } from '../fused/operators/recurrentNode.ts';
import { count } from '../fused/value.ts';
import { createWebgpuSession } from './webgpuSession.ts';

type Feeds = Readonly<Record<string, AnyTensor>>;

const STEPS = 32;
const WORTH_MS = 8;
const RATIO = 0.5;
const RUNS = 3;
/** Faults of the GPU, not of the call. */
const GPU_FAULTS: readonly string[] = [
  ...['DEVICE_LOST', 'ENGINE_UNAVAILABLE', 'OUT_OF_MEMORY', 'ONNX_UNSUPPORTED', 'INTERNAL'],
];

/** @returns milliseconds of the fastest of a few runs, after one that makes everything ready */
export type Measure = (session: Session, feeds: Feeds) => Promise<number>;

const fastest: Measure = async (session, feeds) => {
  await session.run(feeds);
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < RUNS; i++) {
    const started = performance.now();
    await session.run(feeds);
    best = Math.min(best, performance.now() - started);
  }
  return best;
};

/** @returns `fused` itself where it is to stay. @throws ABORTED, having disposed it */
export async function fasterSession(
  bytes: Uint8Array,
  fused: Session & { readonly graphs: GraphHost },
  signal?: AbortSignal,
  measure = fastest,
): Promise<Session> {
  let webgpu: Session | undefined;
  try {
    const adapter = await gpuAdapterInfo();
    if (!adapter || adapter.fallback) return fused;
    const feeds = sampleFeeds(fused);
    const here = await measure(fused, feeds);
    if (here < WORTH_MS) return fused;
    webgpu = await createWebgpuSession(bytes, signal);
    if ((await measure(webgpu, feeds)) <= RATIO * here) return together(webgpu, fused);
  } catch {
    // Whatever it is, a driver's own error too: the fused engine runs the model.
  }
  await webgpu?.dispose();
  if (signal?.aborted) {
    await fused.dispose();
    throw new RivuletError('ABORTED', 'loading was aborted', {}, signal.reason);
  }
  return fused;
}

function together(webgpu: Session, fused: Session & { readonly graphs: GraphHost }): Session {
  return {
    engine: webgpu.engine,
    inputs: webgpu.inputs,
    outputs: webgpu.outputs,
    graphs: fused.graphs,
    async run(feeds) {
      checkFeeds(webgpu.inputs, feeds);
      // For a second try: the caller may write into them after the call.
      const kept = Object.fromEntries(
        Object.entries(feeds).map(([name, { data, shape }]) => [
          name,
          { data: data.slice(), shape: [...shape] } as AnyTensor,
        ]),
      );
      try {
        return await webgpu.run(kept);
      } catch (error) {
        if (!(error instanceof RivuletError) || !GPU_FAULTS.includes(error.code)) throw error;
        return fused.run(kept);
      }
    },
    async dispose() {
      await Promise.all([webgpu.dispose(), fused.dispose()]);
    },
  };
}

/** Zeros: neither engine's time depends on the numbers. Free dimensions are 1, but STEPS where they are time. */
function sampleFeeds({ inputs, graphs }: Session & { readonly graphs: GraphHost }): Feeds {
  const shapes = (long: string | undefined): Record<string, number[]> =>
    Object.fromEntries(
      inputs.map((input) => [
        input.name,
        input.shape.map((n, axis) =>
          typeof n === 'number' && n >= 0 ? n : dimensionKey(input, axis) === long ? STEPS : 1,
        ),
      ]),
    );
  const graph = graphs.whole();
  const layer = graph.nodes.find(({ plan }) => Object.hasOwn(CELLS, plan.node.op));
  const steps = (key: string | undefined): number =>
    graphs.measure(graph, shapes(key)).get(layer?.plan.inputs[0] ?? '')?.shape[0] ?? 0;
  const keys = inputs.flatMap((input) => input.shape.map((_, axis) => dimensionKey(input, axis)));
  const least = steps(undefined);
  const time = keys.find((key) => key !== undefined && steps(key) > least);
  const chosen = shapes(time);
  return Object.fromEntries(
    inputs.map(({ name, type }) => {
      const shape = chosen[name]!;
      return [name, { data: zerosOf(type, count(shape)), shape } as AnyTensor];
    }),
  );
}
