/** A graph on one GPU device: its weights there, and a program for each set of input shapes. */
import { type GpuMachine, GpuProgram } from '@rivulet/kernels/webgpu';
import type { ValueInfo } from '../engine.ts';
import { keptAs } from '../feeds.ts';
import { restore } from '../fused/constants.ts';
import type { Plan } from '../fused/planGraph.ts';
import { type Bindable, bindNodes, constantsToKeep } from '../fused/program.ts';
import { count, type DeviceValue, type Value } from '../fused/value.ts';
import { GpuBinder, type GpuPlace } from './gpuBinder.ts';
import type { GpuLoader, GpuOperator } from './gpuOperator.ts';
import { GpuPool } from './gpuPool.ts';

/** Shapes of a graph that stay bound. */
const PROGRAMS = 8;

/** Checked, and in the types that the GPU keeps. */
export type GpuFeeds = Readonly<
  Record<string, { readonly data: Float32Array | Int32Array; readonly shape: readonly number[] }>
>;

export interface GpuOutput {
  readonly name: string;
  readonly value: Value;
  readonly elements: number;
}

/** The graph bound to one set of shapes. */
export interface BoundGraph {
  readonly binder: GpuBinder;
  /** Same order as the graph's inputs. */
  readonly inputs: readonly DeviceValue[];
  readonly outputs: readonly GpuOutput[];
  /** Buffers of its own by place: constants that its nodes read as tensors. */
  readonly own: ReadonlyMap<number, GPUBuffer>;
  /** By place. */
  buffers: readonly GPUBuffer[];
  program: GpuProgram;
  /** The pool's, when it gave the buffers. */
  version: number;
}

type Realised = Pick<BoundGraph, 'program' | 'buffers' | 'version'>;

export class GpuGraph {
  readonly machine: GpuMachine;
  readonly #inputs: readonly ValueInfo[];
  readonly #bindable: Bindable<GpuBinder, GpuOperator>;
  readonly #pinned: GPUBuffer[] = [];
  readonly #pool: GpuPool;
  /** Most recently used last. */
  readonly #bound: BoundGraph[] = [];

  private constructor(machine: GpuMachine, plan: Plan<GpuOperator>, inputs: readonly ValueInfo[]) {
    this.machine = machine;
    this.#inputs = inputs;
    this.#pool = new GpuPool(machine);
    const pinned = new Map<string, DeviceValue>();
    const pin = (name: string | undefined): void => {
      const constant = plan.facts.constant(name);
      if (!name || !constant || pinned.has(name)) return;
      const { shape } = constant.tensor;
      const data = constant.kind === 'plain' ? constant.tensor.data : restore(constant.tensor);
      if (!(data instanceof Float32Array)) return;
      const at = -this.#pinned.push(machine.upload(data));
      const buffer = { at, bytes: data.byteLength, readers: Number.POSITIVE_INFINITY };
      pinned.set(name, { place: 'device', type: 'float32', shape, buffer });
    };
    const loader: GpuLoader = { ...plan.facts, machine, pin };
    this.#bindable = {
      opset: plan.model.opset,
      nodes: plan.nodes.map((node) => ({
        plan: node,
        bind: node.settled ? undefined : node.operator.prepare(node, loader),
      })),
      constants: constantsToKeep(plan, pinned),
      pinned,
      readers: plan.readers,
      outputs: plan.model.graph.outputs.map(({ name }) => name),
    };
  }

  /** Uploads the weights. @throws OUT_OF_MEMORY, INTERNAL */
  static load(machine: GpuMachine, plan: Plan<GpuOperator>, inputs: readonly ValueInfo[]): Promise<GpuGraph> {
    return machine.gpu.guarded(() => new GpuGraph(machine, plan, inputs));
  }

  /** Ready to run. @throws MODEL_SHAPE, ONNX_UNSUPPORTED, OUT_OF_MEMORY, INTERNAL */
  async boundTo(feeds: GpuFeeds): Promise<BoundGraph> {
    const bound = this.#bound;
    let found = bound.find((one) => this.#fits(one, feeds));
    if (found) {
      bound.splice(bound.indexOf(found), 1);
      if (found.version !== this.#pool.version) {
        found.program.destroy();
        Object.assign(found, await this.#realise(found.binder, found.own));
      }
    } else {
      found = await this.#bind(feeds);
      if (bound.length === PROGRAMS) this.#release(bound.shift()!);
    }
    bound.push(found);
    return found;
  }

  #release({ program, own }: BoundGraph): void {
    program.destroy();
    this.#free(own);
  }

  #free(own: BoundGraph['own']): void {
    for (const buffer of own.values()) this.machine.free(buffer);
  }

  /** Where a place is. */
  bufferAt({ buffers }: Pick<BoundGraph, 'buffers'>, at: number): GPUBuffer {
    return at < 0 ? this.#pinned[-1 - at]! : buffers[at]!;
  }

  #fits({ inputs }: BoundGraph, feeds: GpuFeeds): boolean {
    return inputs.every(({ shape }, i) => String(shape) === String(feeds[this.#inputs[i]!.name]!.shape));
  }

  async #bind(feeds: GpuFeeds): Promise<BoundGraph> {
    const binder = new GpuBinder(this.machine);
    const values = new Map<string, Value>();
    const inputs = this.#inputs.map(({ name, type }) => {
      const value = binder.feed([...feeds[name]!.shape], keptAs(type));
      values.set(name, value);
      return value;
    });
    const lookUp = bindNodes(binder, this.#bindable, values);
    const outputs = this.#bindable.outputs.map((name): GpuOutput => {
      const value = lookUp(name, false)!;
      return { name, value, elements: count(value.shape) };
    });
    const own = await this.machine.gpu.guarded(
      () =>
        new Map(
          binder.places.flatMap((need, at) =>
            'data' in need ? [[at, this.machine.upload(need.data)] as const] : [],
          ),
        ),
    );
    return { binder, inputs, outputs, own, ...(await this.#realise(binder, own)) };
  }

  /** Gives places their buffers, and makes the commands. Where that fails, nothing is left of the program's own. */
  async #realise(binder: GpuBinder, own: BoundGraph['own']): Promise<Realised> {
    try {
      return await this.#prepare(binder, own);
    } catch (error) {
      this.#free(own);
      throw error;
    }
  }

  async #prepare(binder: GpuBinder, own: BoundGraph['own']): Promise<Realised> {
    const { machine } = this;
    const sizes = binder.places.flatMap((need) => ('data' in need ? [] : need.bytes));
    const shared = (await machine.gpu.guarded(() => this.#pool.buffers(sizes))).values();
    const { version } = this.#pool;
    const buffers = binder.places.map((_, at) => own.get(at) ?? shared.next().value!);
    const bufferOf = (place: GpuPlace): GPUBuffer =>
      typeof place === 'number' ? this.bufferAt({ buffers }, place) : place;
    const calls = binder.steps.map((call) => ({ ...call, storage: call.storage.map(bufferOf) }));
    return { program: await GpuProgram.prepare(machine, calls), buffers, version };
  }
}
