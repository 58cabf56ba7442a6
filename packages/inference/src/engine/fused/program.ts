/** A graph bound to one set of input shapes: nothing is decided, measured or allocated while it runs. */
import type { InferMachine } from '@rivulet/kernels/infer';
import { Binder } from './binder.ts';
import { type Constant, hostValue } from './constants.ts';
import type { Bind, PlannedNode } from './operator.ts';
import { count, type DeviceValue, type ElementType, type Value } from './value.ts';
import { Workspace } from './workspace.ts';

export interface PreparedNode {
  readonly plan: PlannedNode;
  /** Absent: the node is settled on the host. */
  readonly bind: Bind | undefined;
}

/** How binding sees an input of a node: packed away, or as numbers that it reads itself, or in the machine. */
export function sightOf({ operator, settled }: PlannedNode, input: number): 'packed' | 'host' | 'machine' {
  const { packs, hosted = Number.POSITIVE_INFINITY } = operator;
  if (settled || input >= hosted) return 'host';
  return packs?.includes(input) ? 'packed' : 'machine';
}

/** What binding needs of a plan once its weights are packed; nothing here may hold the file's bytes. */
export interface Bindable {
  readonly opset: number;
  /** In running order. */
  readonly nodes: readonly PreparedNode[];
  /** Constants that were not packed, shapes mostly. */
  readonly constants: ReadonlyMap<string, Constant>;
  /** Constants in the machine's memory. */
  readonly pinned: ReadonlyMap<string, DeviceValue>;
  /** Readers of each value, the graph's outputs counted as one. */
  readonly readers: ReadonlyMap<string, number>;
  readonly outputs: readonly string[];
}

export interface Program {
  /** Same order as the session's inputs. */
  readonly inputs: readonly DeviceValue[];
  readonly outputs: readonly { readonly name: string; readonly value: Value; readonly elements: number }[];
  /** What every name was bound to. */
  readonly values: ReadonlyMap<string, Value>;
  /** To be called when another program has used the workspace since. */
  enter(): void;
  run(): void;
}

export function bindProgram(
  machine: InferMachine,
  { opset, nodes, constants, pinned, readers, outputs: names }: Bindable,
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
  /** A pinned constant is read in the machine, unless binding itself reads it. */
  const lookUp = (name: string, host: boolean): Value | undefined => {
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
      if (!name || !result) return;
      values.set(name, result);
      binder.addReaders(result, readers.get(name) ?? 0);
    });
    for (const operand of operands) if (operand) binder.addReaders(operand, -1);
    binder.endNode();
  }
  const outputs = names.map((name) => {
    const value = lookUp(name, false)!;
    return { name, value, elements: count(value.shape) };
  });
  machine.reserve(workspace.bytes);
  const { steps, entering } = binder;
  return {
    inputs: fed,
    outputs,
    values: new Map([...pinned, ...values]),
    enter() {
      for (const write of entering) write();
    },
    run() {
      for (const step of steps) step();
    },
  };
}
