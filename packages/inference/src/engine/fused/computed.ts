/** Operators in plain TypeScript: one loop that serves a node in the machine and one that is settled before running. */
import { type OnnxNode, RivuletError } from '@rivulet/core';
import type { Binder } from './binder.ts';
import { dependsOnData } from './dependsOnData.ts';
import type { GraphFacts, Operator, PlanNode } from './operator.ts';
import { roomFor } from './roomFor.ts';
import { count, type DeviceValue, type ElementType, type HostValue, isDouble, type Value } from './value.ts';

export type Numbers = ArrayLike<number>;
export type Writable = Float32Array | Int32Array | Float64Array;

interface Output {
  readonly shape: readonly number[];
  readonly type: ElementType;
  /** See isDouble. Default: as the first floats that go in. */
  readonly double?: boolean;
}

export interface Computation {
  readonly outputs: readonly Output[];
  /** Integers of the outputs may be larger than those that go in. */
  readonly grows?: boolean;
  /** @param inputs the whole tensors, row-major; an absent one is empty */
  run(inputs: readonly Numbers[], outputs: readonly Writable[]): void;
}

/** Decides on shapes. @throws MODEL_SHAPE */
export type Compute = (
  node: OnnxNode,
  inputs: readonly (Value | undefined)[],
  opset: number,
  outputs: number,
) => Computation;

export interface ComputedOptions {
  readonly hosted?: number;
  readonly needs?: number;
  readonly refuses?: (plan: PlanNode, facts: GraphFacts) => string | undefined;
}

export function computed(compute: Compute, options: ComputedOptions = {}): Operator {
  const { hosted = Number.POSITIVE_INFINITY, needs = 1, refuses = () => undefined } = options;
  return {
    needs,
    hosted,
    refuses: (plan, facts) => refuses(plan, facts) ?? dependsOnData(plan, hosted, facts.isHost),
    settle(node, inputs, opset, wanted) {
      const { outputs, run } = compute(node, inputs, opset, wanted);
      const given = isDouble(inputs.find((value) => value?.type === 'float32'));
      const made = outputs.map(({ shape, type, double = given }) => roomFor(node.op, shape, type, double));
      run(
        inputs.map((value) => (value as HostValue | undefined)?.data ?? []),
        made.map(({ data }) => data),
      );
      made.forEach(wholeNumbers);
      return made;
    },
    prepare({ node, inputs, outputs }, { opset, pin }) {
      inputs.slice(0, hosted).forEach(pin);
      return (binder, values) => {
        const made = compute(node, values, opset, outputs.length);
        return bindComputation(binder, node, values, made);
      };
    },
  };
}

function bindComputation(
  binder: Binder,
  node: OnnxNode,
  inputs: readonly (Value | undefined)[],
  { outputs, grows, run }: Computation,
): readonly Value[] {
  const { machine } = binder;
  const placed = inputs.map((value) => value && binder.place(value));
  const made = outputs.map(({ shape, type }) => binder.make(shape, type));
  const view = (value: DeviceValue | undefined): Writable => {
    const start = value ? value.buffer.at >> 2 : 0;
    const all = value?.type === 'int32' ? machine.i32 : machine.f32;
    return all.subarray(start, value ? start + count(value.shape) : 0);
  };
  // Views last until the memory grows, which it does while other shapes are bound.
  let memory: ArrayBufferLike | undefined;
  let views: [Writable[], Writable[]];
  const wide = made.map(({ type, shape }) =>
    grows && type === 'int32' ? new Float64Array(count(shape)) : undefined,
  );
  let kept: Writable[];
  binder.step(() => {
    if (memory !== machine.f32.buffer) {
      memory = machine.f32.buffer;
      kept = made.map(view);
      views = [placed.map(view), kept.map((own, i) => wide[i] ?? own)];
    }
    run(...views);
    for (let i = 0; i < wide.length; i++) if (wide[i]) narrow(node, wide[i]!, kept[i]!);
  });
  return made;
}

/** @throws ONNX_UNSUPPORTED for an integer that int32 has not: another number would stand there */
function narrow({ op, name = '' }: OnnxNode, numbers: Float64Array, out: Writable): void {
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i]!;
    out[i] = value;
    if (out[i] === Math.trunc(value) || !Number.isFinite(value)) continue;
    const why = `${value} is beyond 32 bits`;
    throw new RivuletError('ONNX_UNSUPPORTED', `${op}: ${why}`, { op, node: name, why, value });
  }
}

/** What an array of integers does of its own accord with a quotient, and with what there is no integer for. */
function wholeNumbers({ type, data }: ReturnType<typeof roomFor>): void {
  if (type === 'float32') return;
  for (let i = 0; i < data.length; i++) data[i] = Number.isFinite(data[i]) ? Math.trunc(data[i]!) : 0;
}
