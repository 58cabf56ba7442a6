/**
 * Our own engine: weights packed once (int8 stays int8), the graph bound once to each set of shapes, and then
 * nothing but kernels. Runs are synchronous inside, so they cannot overlap.
 */
import { DTYPE_PROPERTY, RivuletError, type Tensor } from '@rivulet/core';
import { createInferMachine, type InferMachine, type Variant } from '@rivulet/kernels/infer';
import type { WeightType } from '../../load/modelFolder.ts';
import type { AnyTensor, Session, ValueInfo } from '../engine.ts';
import { checkFeeds, type FedInput, fedAgain, fedInput, keptAs, narrowed, valueInfo } from '../feeds.ts';
import { restore } from './constants.ts';
import type { Loader } from './operator.ts';
import type { Plan } from './planGraph.ts';
import { type Bindable, bindProgram, constantsToKeep, type Program, type ProgramOutput } from './program.ts';
import { smallResult } from './smallResults.ts';
import type { DeviceValue, Value } from './value.ts';

/** Shapes of a graph that stay bound. A growing word passes through many lengths and comes back to few. */
const PROGRAMS = 8;

export interface FusedOptions {
  readonly variant?: Variant | 'auto' | undefined;
  /** What int8 weights are multiplied with. Default: what the file says they were trained for, else int8. */
  readonly dtype?: WeightType | undefined;
}

export async function createFusedSession(
  plan: Plan,
  options: FusedOptions = {},
): Promise<Session & { readonly graphs: GraphHost }> {
  const { variant, dtype = plan.model.metadata?.[DTYPE_PROPERTY] } = options;
  return new FusedSession(plan, await createInferMachine({ variant, sevenBit: dtype === 'int8a7' }));
}

/** A cut of the session's graph: other borders, the same weights. */
export interface FusedGraph extends Bindable {
  readonly inputs: readonly ValueInfo[];
}

/** What a stream needs of a session beside `run`. */
export interface GraphHost {
  /** The graph as it was loaded. @throws DISPOSED */
  whole(): FusedGraph;
  /** @throws whatever `run` throws */
  execute(graph: FusedGraph, feeds: Readonly<Record<string, AnyTensor>>): Record<string, Tensor>;
  /** `execute` as `Session.runNow` does it. */
  executeNow(graph: FusedGraph, feeds: Readonly<Record<string, AnyTensor>>): Record<string, Tensor>;
  /** For one set of shapes, again and again. @throws as `execute` does, and as each of its runs may */
  bound(graph: FusedGraph, shapes: Readonly<Record<string, readonly number[]>>): BoundGraph;
  /** What every value becomes for these shapes. @throws MODEL_SHAPE, OUT_OF_MEMORY, DISPOSED */
  measure(graph: FusedGraph, shapes: Readonly<Record<string, readonly number[]>>): ReadonlyMap<string, Value>;
}

/** `execute` by positions, where looking up names and making what nobody reads would take as long as the kernels. */
export interface BoundGraph {
  /** @param data by input of the graph; read at once */
  run(data: readonly AnyTensor['data'][]): void;
  /** An output of the last run, as `Session.runNow` gives it. */
  output(i: number): Float32Array;
  /** The same into an array of its size. @returns false for one of another size, which is left as it is */
  write(i: number, into: Float32Array): boolean;
}

interface BoundProgram extends Program {
  readonly graph: FusedGraph;
  /** Same order as its inputs. */
  readonly fed: readonly FedInput[];
}

class FusedSession implements Session, GraphHost {
  readonly engine = 'fused';
  readonly graphs = this;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** Its closures hold the machine. */
  #graph: FusedGraph | undefined;
  /** Most recently used last. */
  #programs: BoundProgram[] = [];
  #machine: InferMachine | undefined;

  constructor(plan: Plan, machine: InferMachine) {
    const { graph } = plan.model;
    this.inputs = graph.inputs.filter(({ name }) => !plan.constants.has(name)).map(valueInfo);
    this.outputs = graph.outputs.map(valueInfo);
    this.#machine = machine;
    this.#graph = { ...load(plan, machine), inputs: this.inputs };
  }

  async run(feeds: Readonly<Record<string, AnyTensor>>): Promise<Record<string, Tensor>> {
    return this.execute(this.whole(), feeds);
  }

  runNow(feeds: Readonly<Record<string, AnyTensor>>): Record<string, Tensor> {
    return this.executeNow(this.whole(), feeds);
  }

  whole(): FusedGraph {
    if (!this.#graph) throw new RivuletError('DISPOSED', 'this model has been disposed', {});
    return this.#graph;
  }

  execute(graph: FusedGraph, feeds: Readonly<Record<string, AnyTensor>>): Record<string, Tensor> {
    const machine = this.#running();
    return resultsOf(machine, this.#ran(machine, graph, feeds), ownResult);
  }

  executeNow(graph: FusedGraph, feeds: Readonly<Record<string, AnyTensor>>): Record<string, Tensor> {
    const machine = this.#running();
    return resultsOf(machine, this.#ran(machine, graph, feeds), smallResult);
  }

  bound(graph: FusedGraph, shapes: Readonly<Record<string, readonly number[]>>): BoundGraph {
    const names = graph.inputs.map(({ name }) => name);
    let program: BoundProgram | undefined;
    const outputAt = (i: number): ProgramOutput => program!.outputs[i]!;
    return {
      run: (data) => {
        const machine = this.#running();
        if (!program || program !== this.#programs[this.#programs.length - 1] || !fits(program.fed, data)) {
          const feeds = names.map((name, i) => [name, { data: data[i], shape: shapes[name] }]);
          program = this.#programFor(machine, graph, Object.fromEntries(feeds));
        }
        for (let i = 0; i < data.length; i++) feedInput(machine, program, i, data[i]!);
        program.run();
      },
      output: (i) => numbersOf(this.#running(), outputAt(i), smallResult),
      write: (i, into) => {
        const output = outputAt(i);
        if (output.elements !== into.length || output.value.place === 'host') return false;
        if (output.value.type !== 'float32') return false;
        into.set(viewed(this.#running(), output, output.value));
        return true;
      },
    };
  }

  #ran(machine: InferMachine, graph: FusedGraph, feeds: Readonly<Record<string, AnyTensor>>): Program {
    const last = this.#programs[this.#programs.length - 1];
    const again = last && last.graph === graph && fedAgain(last.fed, feeds);
    const program = again ? last : this.#programFor(machine, graph, feeds);
    feed(machine, program, feeds);
    program.run();
    return program;
  }

  measure(
    graph: FusedGraph,
    shapes: Readonly<Record<string, readonly number[]>>,
  ): ReadonlyMap<string, Value> {
    const inputs = graph.inputs.map(({ name, type }) => ({
      name,
      type: keptAs(type),
      shape: shapes[name]!,
    }));
    return bindProgram(this.#running(), graph, inputs).values;
  }

  #running(): InferMachine {
    if (!this.#machine) throw new RivuletError('DISPOSED', 'this model has been disposed', {});
    return this.#machine;
  }

  #programFor(
    machine: InferMachine,
    graph: FusedGraph,
    feeds: Readonly<Record<string, AnyTensor>>,
  ): BoundProgram {
    checkFeeds(graph.inputs, feeds);
    const programs = this.#programs;
    let program = programs.find((bound) => bound.graph === graph && fedAgain(bound.fed, feeds));
    if (program) {
      programs.splice(programs.indexOf(program), 1);
    } else {
      const fed = graph.inputs.map((input) => fedInput(input, [...feeds[input.name]!.shape]));
      const shapes = fed.map(({ name, kept, shape }) => ({ name, type: kept, shape }));
      program = { ...bindProgram(machine, graph, shapes), graph, fed };
      const same = programs.filter((bound) => bound.graph === graph);
      if (same.length === PROGRAMS) programs.splice(programs.indexOf(same[0]!), 1);
    }
    programs.push(program);
    program.enter();
    return program;
  }

  async dispose(): Promise<void> {
    this.#machine = undefined;
    this.#graph = undefined;
    this.#programs = [];
  }
}

// What follows runs at every call, and a step of a small network takes a microsecond: plain loops, no closures.

type Feeds = Readonly<Record<string, AnyTensor>>;

type Wide = BigInt64Array | BigUint64Array;

/** Below, a loop is faster than the call of `set`. */
const FEW = 32;

function feed(machine: InferMachine, program: BoundProgram, feeds: Feeds): void {
  const { fed } = program;
  for (let i = 0; i < fed.length; i++) feedInput(machine, program, i, feeds[fed[i]!.name]!.data);
}

function feedInput(
  machine: InferMachine,
  { inputs, fed }: BoundProgram,
  i: number,
  given: AnyTensor['data'],
): void {
  const { name, kept, wide } = fed[i]!;
  const data = wide ? narrowed(name, given) : (given as Exclude<typeof given, Wide>);
  const to = kept === 'float32' ? machine.f32 : machine.i32;
  const start = inputs[i]!.buffer.at >> 2;
  if (data.length > FEW) to.set(data, start);
  else for (let j = 0; j < data.length; j++) to[start + j] = data[j]!;
}

/** Whether arrays are such as a program was bound to. */
function fits(fed: readonly FedInput[], data: readonly AnyTensor['data'][]): boolean {
  if (data.length !== fed.length) return false;
  for (let i = 0; i < fed.length; i++) {
    const { elements, array } = fed[i]!;
    if (data[i]!.length !== elements || data[i]![Symbol.toStringTag] !== array) return false;
  }
  return true;
}

const ownResult: typeof smallResult = (from) => from.slice();

function resultsOf(
  machine: InferMachine,
  { outputs }: Program,
  copy: typeof smallResult,
): Record<string, Tensor> {
  const results: Record<string, Tensor> = {};
  for (let i = 0; i < outputs.length; i++) {
    const output = outputs[i]!;
    results[output.name] = { data: numbersOf(machine, output, copy), shape: output.shape };
  }
  return results;
}

function numbersOf(machine: InferMachine, output: ProgramOutput, copy: typeof smallResult): Float32Array {
  const { value, elements } = output;
  if (value.place === 'host') return Float32Array.from(value.data);
  if (value.type === 'float32') return copy(viewed(machine, output, value));
  return Float32Array.from(viewOf(machine.i32, value, elements));
}

function viewed(machine: InferMachine, output: ProgramOutput, value: DeviceValue): Float32Array {
  // Detached since the machine's memory grew: it has no elements then.
  if (output.view.length !== output.elements) output.view = viewOf(machine.f32, value, output.elements);
  return output.view;
}

function viewOf<A extends Float32Array | Int32Array>(
  memory: A,
  { buffer }: DeviceValue,
  elements: number,
): A {
  const start = buffer.at >> 2;
  return memory.subarray(start, start + elements) as A;
}

/** Packs and pins the weights into the machine. */
function load(plan: Plan, machine: InferMachine): Bindable {
  // At once: growing a memory bit by bit takes longer than filling it.
  machine.reserve(weightBytes(plan));
  const pinned = new Map<string, DeviceValue>();
  const pin = (name: string | undefined): void => {
    const constant = plan.facts.constant(name);
    if (!name || !constant || pinned.has(name)) return;
    const { shape } = constant.tensor;
    const data = constant.kind === 'plain' ? constant.tensor.data : restore(constant.tensor);
    if (!(data instanceof Float32Array)) return;
    const at = machine.upload(data);
    const buffer = { at, bytes: data.byteLength, readers: Number.POSITIVE_INFINITY };
    pinned.set(name, { place: 'device', type: 'float32', shape, buffer });
  };
  const loader: Loader = { ...plan.facts, machine, pin };
  const nodes = plan.nodes.map((node) => ({
    plan: node,
    bind: node.settled ? undefined : node.operator.prepare(node, loader),
  }));
  return {
    opset: plan.model.opset,
    nodes,
    constants: constantsToKeep(plan, pinned),
    pinned,
    readers: plan.readers,
    outputs: plan.model.graph.outputs.map(({ name }) => name),
  };
}

/** About what the weights take when they are packed. */
function weightBytes({ constants }: Plan): number {
  const weights = new Set<ArrayBufferView>();
  for (const { kind, tensor } of constants.values()) {
    if (kind === 'quantised' || tensor.data instanceof Float32Array) weights.add(tensor.data);
  }
  return [...weights].reduce((sum, { byteLength }) => sum + byteLength, 0);
}
