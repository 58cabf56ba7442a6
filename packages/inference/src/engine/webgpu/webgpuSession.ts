/**
 * Graphs on the GPU: float32 throughout, a dispatch for each recurrent layer, one upload of the feeds and one read-back
 * of the outputs a run. Sessions share a device. Should that be lost, the run fails with DEVICE_LOST and the next one
 * opens another, from the model's own bytes.
 */
import { RivuletError, readOnnx, type Tensor } from '@rivulet/core';
import { FAULT_WORDS, openGpuMachine } from '@rivulet/kernels/webgpu';
import type { AnyTensor, Session, ValueInfo } from '../engine.ts';
import { checkFeeds, keptAs, narrowed, valueInfo } from '../feeds.ts';
import { plainForms } from '../fused/operators/plainForms.ts';
import { isRefusal, type Plan, planGraph } from '../fused/planGraph.ts';
import { type BoundGraph, type GpuFeeds, GpuGraph } from './gpuGraph.ts';
import type { GpuOperator } from './gpuOperator.ts';
import { GPU_OPERATORS } from './operators/gpuOperators.ts';

export interface WebgpuSession extends Session {
  /** What computes, as the browser names it. */
  readonly adapter: string;
}

/**
 * @param bytes of the ONNX file; copied, for another device
 * @throws ONNX_PARSE; ONNX_UNSUPPORTED { op, node, why }; ENGINE_UNAVAILABLE { engine, reason } where there is no
 *   adapter; OUT_OF_MEMORY; ABORTED
 */
export async function createWebgpuSession(bytes: Uint8Array, signal?: AbortSignal): Promise<WebgpuSession> {
  const plan = planOf(bytes);
  const inputs = plan.model.graph.inputs.filter(({ name }) => !plan.constants.has(name)).map(valueInfo);
  const graph = await open(plan, inputs);
  if (signal?.aborted) {
    graph.machine.destroy();
    throw new RivuletError('ABORTED', 'loading was aborted', {}, signal.reason);
  }
  return new GpuSession(bytes.slice(), inputs, plan.model.graph.outputs.map(valueInfo), graph);
}

function planOf(bytes: Uint8Array): Plan<GpuOperator> {
  const plan = planGraph(plainForms(readOnnx(bytes)), GPU_OPERATORS);
  if (!isRefusal(plan)) return plan;
  const { op, node, why } = plan;
  throw new RivuletError(
    'ONNX_UNSUPPORTED',
    `the webgpu engine does not cover ${op}${node ? ` "${node}"` : ''} (${why})`,
    { op, node, why },
  );
}

async function open(plan: Plan<GpuOperator>, inputs: readonly ValueInfo[]): Promise<GpuGraph> {
  const machine = await openGpuMachine();
  try {
    return await GpuGraph.load(machine, plan, inputs);
  } catch (error) {
    machine.destroy();
    throw error;
  }
}

type Feeds = Readonly<Record<string, AnyTensor>>;

class GpuSession implements WebgpuSession {
  readonly engine = 'webgpu';
  readonly adapter: string;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly #bytes: Uint8Array;
  #disposed = false;
  #graph: GpuGraph | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    bytes: Uint8Array,
    inputs: readonly ValueInfo[],
    outputs: readonly ValueInfo[],
    graph: GpuGraph,
  ) {
    this.#bytes = bytes;
    this.inputs = inputs;
    this.outputs = outputs;
    this.#graph = graph;
    this.adapter = graph.machine.gpu.adapter.name;
  }

  async run(feeds: Feeds): Promise<Record<string, Tensor>> {
    if (this.#disposed) throw new RivuletError('DISPOSED', 'this model has been disposed', {});
    checkFeeds(this.inputs, feeds);
    // Its turn comes later, and the caller may write into them by then.
    const kept = Object.fromEntries(
      this.inputs.map(({ name, type }) => {
        const { data, shape } = feeds[name]!;
        const own =
          keptAs(type) === 'float32' ? Float32Array.from(data as Float32Array) : narrowed(name, data);
        return [name, { data: own, shape: [...shape] }];
      }),
    );
    const next = this.#last.then(() => this.#run(kept));
    this.#last = next.catch(() => {});
    return next;
  }

  async #run(feeds: GpuFeeds): Promise<Record<string, Tensor>> {
    const graph = await this.#living();
    try {
      const bound = await graph.boundTo(feeds);
      const writes = bound.inputs.map(({ buffer }, i) => ({
        to: graph.bufferAt(bound, buffer.at),
        data: feeds[this.inputs[i]!.name]!.data,
      }));
      const wanted = bound.outputs.flatMap(({ value, elements }) =>
        value.place === 'device' ? { from: graph.bufferAt(bound, value.buffer.at), bytes: elements * 4 } : [],
      );
      const faults = faultsOf(graph, bound);
      const read = await bound.program.run([...writes, ...faults.cleared], [...wanted, ...faults.read]);
      if (faults.read.length > 0) throwFault(bound, new Int32Array(read.at(-1)!));
      return resultsOf(bound, read);
    } catch (error) {
      // Our own errors have causes of their own; whatever else went wrong may follow from a loss.
      const own = error instanceof RivuletError && error.code !== 'INTERNAL';
      const lost = own ? graph.machine.gpu.lost : await graph.machine.gpu.whyLost();
      if (lost === undefined) throw error;
      graph.machine.destroy();
      this.#graph = undefined;
      throw new RivuletError(
        'DEVICE_LOST',
        `the GPU device was lost: ${lost}; the next call opens another`,
        { reason: lost },
        error,
      );
    }
  }

  async #living(): Promise<GpuGraph> {
    if (this.#graph?.machine.gpu.lost === undefined && this.#graph) return this.#graph;
    this.#graph?.machine.destroy();
    this.#graph = undefined;
    this.#graph = await open(planOf(this.#bytes), this.inputs);
    return this.#graph;
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#last;
    this.#graph?.machine.destroy();
    this.#graph = undefined;
  }
}

/** What checks reported is read with the outputs, and begins anew with each run. */
function faultsOf(graph: GpuGraph, bound: BoundGraph) {
  const { faults } = bound.binder;
  if (faults === undefined) return { cleared: [], read: [] };
  const at = graph.bufferAt(bound, faults);
  const words = new Int32Array(FAULT_WORDS);
  return { cleared: [{ to: at, data: words }], read: [{ from: at, bytes: words.byteLength }] };
}

/** @throws ARGUMENT, as the fused engine does, for a length or an index out of bounds */
function throwFault({ binder }: BoundGraph, [found = 0, check = 0, value = 0]: Int32Array): void {
  if (found === 0) return;
  const { op, what, size } = binder.checks[check]!;
  if (what === 'length') {
    throw new RivuletError('ARGUMENT', `a length must lie in 0 ... ${size}, got ${value}`, {
      length: value,
      T: size,
    });
  }
  throw new RivuletError('ARGUMENT', `${op}: index ${value} is not within ${size}`, {
    ...{ op, index: value, size },
  });
}

function resultsOf({ outputs }: BoundGraph, read: readonly ArrayBuffer[]): Record<string, Tensor> {
  const results: Record<string, Tensor> = {};
  let at = 0;
  for (const { name, value } of outputs) {
    const shape = [...value.shape];
    if (value.place === 'host') {
      results[name] = { data: Float32Array.from(value.data), shape };
    } else {
      const bytes = read[at++]!;
      const data =
        value.type === 'float32' ? new Float32Array(bytes) : Float32Array.from(new Int32Array(bytes));
      results[name] = { data, shape };
    }
  }
  return results;
}
