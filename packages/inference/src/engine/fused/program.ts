/** A graph bound to one set of input shapes: nothing is decided, measured or allocated while it runs. */
import { RivuletError } from '@rivulet/core';
import type { InferMachine } from '@rivulet/kernels/infer';
import { Binder } from './binder.ts';
import { type Constant, copied, hostValue } from './constants.ts';
import type { Bind, Operator, OperatorRules, PlannedNode } from './operator.ts';
import type { Plan } from './planGraph.ts';
import { count, type DeviceValue, type ElementType, type Value } from './value.ts';
import { Workspace } from './workspace.ts';

export interface PreparedNode<B = Binder, O extends OperatorRules = Operator> {
  readonly plan: PlannedNode<O>;
  /** Absent: the node is settled on the host. */
  readonly bind: Bind<B> | undefined;
}

/** How binding sees an input of a node: packed away, or as numbers that it reads itself, or in the machine. */
export function sightOf(
  { operator, settled }: PlannedNode<OperatorRules>,
  input: number,
): 'packed' | 'host' | 'machine' {
  const { packs, hosted = Number.POSITIVE_INFINITY } = operator;
  if (settled || input >= hosted) return 'host';
  return packs?.includes(input) ? 'packed' : 'machine';
}

/** What binding needs of a plan once its weights are packed; nothing here may hold the file's bytes. */
export interface Bindable<B = Binder, O extends OperatorRules = Operator> {
  readonly opset: number;
  /** In running order. */
  readonly nodes: readonly PreparedNode<B, O>[];
  /** Constants that were not packed, shapes mostly. */
  readonly constants: ReadonlyMap<string, Constant>;
  /** Constants in the machine's memory. */
  readonly pinned: ReadonlyMap<string, DeviceValue>;
  /** Readers of each value, the graph's outputs counted as one. */
  readonly readers: ReadonlyMap<string, number>;
  readonly outputs: readonly string[];
}

export interface ProgramOutput {
  readonly name: string;
  readonly value: Value;
  readonly elements: number;
  /** The shape of every result, frozen: an array for each is felt beside a step of a small network. */
  readonly shape: readonly number[];
  /** Where it lies in the machine's memory, kept from call to call: making a view costs as much as copying a small one. */
  view: Float32Array;
}

export interface Program {
  /** Same order as the session's inputs. */
  readonly inputs: readonly DeviceValue[];
  readonly outputs: readonly ProgramOutput[];
  /** What every name was bound to. */
  readonly values: ReadonlyMap<string, Value>;
  /** To be called when another program has used the workspace since. */
  enter(): void;
  run(): void;
}

/** What binding needs of an engine's binder. */
export interface NodeBinder {
  /** What runs, in order. */
  readonly steps: unknown[];
  addReaders(value: Value, readers: number): void;
  /** Called between nodes. */
  endNode(): void;
}

/** By name; `host` for numbers that binding itself reads, else they are in the machine where they can be. */
export type LookUp = (name: string, host: boolean) => Value | undefined;

/**
 * Binds every node, in running order.
 * @param values what is fed; gets what every name is bound to
 */
export function bindNodes<B extends NodeBinder, O extends OperatorRules>(
  binder: B,
  { opset, nodes, constants, pinned, readers }: Bindable<B, O>,
  values: Map<string, Value>,
): LookUp {
  const lookUp: LookUp = (name, host) => {
    if (!name) return undefined;
    const bound = (host ? undefined : pinned.get(name)) ?? values.get(name);
    if (bound) return bound;
    const made = hostValue(constants.get(name)!);
    values.set(name, made);
    return made;
  };
  for (const { plan: node, bind } of nodes) {
    const operands = node.inputs.map((name, i) => {
      const sight = sightOf(node, i);
      return sight === 'packed' ? undefined : lookUp(name, sight === 'host');
    });
    const before = binder.steps.length;
    const results = bind
      ? bind(binder, operands, node)
      : node.operator.settle!(node.node, operands, opset, node.outputs.length);
    // Nothing to compute; and of [2 ** 40, 0] the loops over rows would not end.
    if (results.every(({ shape }) => count(shape) === 0)) binder.steps.length = before;
    node.outputs.forEach((name, i) => {
      const result = results[i];
      if (!name) return;
      if (!result) {
        if (!readers.has(name)) return;
        const details = { op: node.node.op, node: node.node.name ?? '', output: i };
        throw new RivuletError('ONNX_PARSE', `${node.node.op} has no output ${i}, "${name}"`, details);
      }
      values.set(name, result);
      binder.addReaders(result, readers.get(name) ?? 0);
    });
    for (const operand of operands) if (operand) binder.addReaders(operand, -1);
    binder.endNode();
  }
  return lookUp;
}

const NO_FLOATS = new Float32Array(0);

export function bindProgram(
  machine: InferMachine,
  bindable: Bindable,
  inputs: readonly { readonly name: string; readonly type: ElementType; readonly shape: readonly number[] }[],
): Program {
  const workspace = new Workspace(machine.workspace);
  const binder = new Binder(machine, workspace);
  const values = new Map<string, Value>();
  const fed = inputs.map(({ name, type, shape }): DeviceValue => {
    const bytes = count(shape) * 4;
    const buffer = { at: binder.keep(bytes), bytes, readers: Number.POSITIVE_INFINITY };
    const value = { place: 'device' as const, type, shape, buffer };
    values.set(name, value);
    return value;
  });
  const lookUp = bindNodes(binder, bindable, values);
  const outputs = bindable.outputs.map((name) => {
    const value = lookUp(name, false)!;
    const shape = Object.freeze([...value.shape]);
    return { name, value, elements: count(shape), shape, view: NO_FLOATS };
  });
  machine.reserve(workspace.bytes);
  const { steps, entering } = binder;
  return {
    inputs: fed,
    outputs,
    values: new Map([...bindable.pinned, ...values]),
    enter() {
      for (const write of entering) write();
    },
    run() {
      for (const step of steps) step();
    },
  };
}

/**
 * The constants that binding will look at, copied: a view would keep the bytes of the whole file, and see what their
 * owner writes into them.
 */
export function constantsToKeep<O extends OperatorRules>(
  { nodes, constants, model }: Plan<O>,
  pinned: ReadonlyMap<string, DeviceValue>,
): ReadonlyMap<string, Constant> {
  const needed = new Set<string>(model.graph.outputs.map(({ name }) => name));
  for (const node of nodes) {
    node.inputs.forEach((name, i) => {
      const sight = sightOf(node, i);
      if (sight === 'host' || (sight === 'machine' && !pinned.has(name))) needed.add(name);
    });
  }
  const kept = [...constants].filter(([name]) => needed.has(name));
  return new Map(kept.map(([name, constant]) => [name, copied(constant)]));
}
