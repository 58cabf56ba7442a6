/** A graph bound to one set of input shapes: nothing is decided, measured or allocated while it runs. */
import type { InferMachine } from '@rivulet/kernels/infer';
import { Binder } from './binder.ts';
import { type Constant, hostValue } from './constants.ts';
import type { Bind, PlanNode } from './operator.ts';
import { HOST_OPERATORS } from './operators/host.ts';
import { OPERATORS } from './operators/operators.ts';
import { count, type DeviceValue, type Value } from './value.ts';
import { Workspace } from './workspace.ts';

export interface PreparedNode {
  readonly plan: PlanNode;
  /** Absent: the node is settled on the host. */
  readonly bind: Bind | undefined;
}

/** What binding needs of a plan once its weights are packed; nothing here may hold the file's bytes. */
export interface Bindable {
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
  readonly outputs: readonly { readonly name: string; readonly value: Value }[];
  /** What every name was bound to. */
  readonly values: ReadonlyMap<string, Value>;
  /** To be called when another program has used the workspace since. */
  enter(): void;
  run(): void;
}

export function bindProgram(
  machine: InferMachine,
  { nodes, constants, pinned, readers, outputs: names }: Bindable,
  inputs: readonly { readonly name: string; readonly shape: readonly number[] }[],
): Program {
  const workspace = new Workspace(machine.workspace);
  const binder = new Binder(machine, workspace);
  const values = new Map<string, Value>(pinned);
  const fed = inputs.map(({ name, shape }): DeviceValue => {
    const bytes = count(shape) * 4;
    const buffer = { at: binder.keep(bytes), bytes, readers: Number.POSITIVE_INFINITY };
    const value = { place: 'device' as const, shape, buffer };
    values.set(name, value);
    return value;
  });
  const lookUp = (name: string): Value | undefined => {
    if (!name) return undefined;
    const bound = values.get(name);
    if (bound) return bound;
    const made = hostValue(constants.get(name)!);
    values.set(name, made);
    return made;
  };
  for (const { plan: node, bind } of nodes) {
    const packed = bind ? OPERATORS[node.node.op]!.packs : undefined;
    const operands = node.inputs.map((name, i) => (packed?.includes(i) ? undefined : lookUp(name)));
    const before = binder.steps.length;
    const results = bind
      ? bind(binder, operands, node)
      : [HOST_OPERATORS[node.node.op]!(node.node, operands)];
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
  const outputs = names.map((name) => ({ name, value: lookUp(name)! }));
  machine.reserve(workspace.bytes);
  const { steps, entering } = binder;
  return {
    inputs: fed,
    outputs,
    values,
    enter() {
      for (const write of entering) write();
    },
    run() {
      for (const step of steps) step();
    },
  };
}
