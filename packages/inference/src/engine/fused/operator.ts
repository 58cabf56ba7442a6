/** What an engine must know of an ONNX operator: can it, pack it once, bind it to shapes. */
import type { OnnxNode } from '@rivulet/core';
import type { ActivationLevels, InferMachine } from '@rivulet/kernels/infer';
import type { Binder } from './binder.ts';
import type { Constant } from './constants.ts';
import type { HostValue, Value } from './value.ts';

/** A node of the plan: an ONNX node, maybe with one that followed it folded in. */
export interface PlanNode {
  readonly node: OnnxNode;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Dense: the constant of an Add behind it. */
  readonly bias?: string;
  /** A product with int8 weights: what it reads first is rounded to these levels. */
  readonly range?: ActivationLevels;
  /** Recurrent: Y is written as [T, B, dirs, H], because a Transpose(0, 2, 1, 3) stood behind it. */
  readonly lanesFirst?: boolean;
  /** Recurrent: this direction of a bidirectional node runs alone, as if the node had no other. */
  readonly only?: 0 | 1;
}

/** Once it is decided who runs it. */
export interface PlannedNode<O extends OperatorRules = Operator> extends PlanNode {
  readonly operator: O;
  /** Computed while the graph is bound, by `operator.settle`. */
  readonly settled: boolean;
}

export interface GraphFacts {
  readonly opset: number;
  constant(name: string | undefined): Constant | undefined;
  /** Known from constants and shapes alone. */
  isHost(name: string): boolean;
}

export interface Loader extends GraphFacts {
  readonly machine: InferMachine;
  /** Puts a constant of floats into the machine for good; the name then binds to that place. */
  pin(name: string | undefined): void;
}

/**
 * Adds the steps of one node for the shapes at hand. `B` is the binder of the engine: another one computes elsewhere.
 * @param plan the node as it is being bound: a stream's graph gives a recurrent node other states than the one
 *   that was prepared, on the same packed weights
 * @returns its outputs, in order
 */
export type Bind<B = Binder> = (
  binder: B,
  inputs: readonly (Value | undefined)[],
  plan: PlanNode,
) => readonly Value[];

/** What a node gives when all its inputs are known before running; of `Shape` only the input's shape is. */
export type Settle = (
  node: OnnxNode,
  inputs: readonly (Value | undefined)[],
  opset: number,
  outputs: number,
) => readonly HostValue[];

/** What planning asks, whatever machine computes. */
export interface OperatorRules {
  /** Absent: it runs in the machine only. */
  readonly settle?: Settle | undefined;
  /** Settled whatever its inputs are: only their shapes matter. */
  readonly shapeOnly?: true;
  /** Inputs from this position on are read while the graph is bound, and must be known then. Default: none. */
  readonly hosted?: number | undefined;
  /** Inputs that may not be absent, Infinity for as many as there are. Default: the first. */
  readonly needs?: number;
  /** Positions of inputs that `prepare` packs and binding does not look at again. */
  readonly packs?: readonly number[];
  /** Whether a node that it takes rounds what it reads first to levels that are given, see PlanNode.range. */
  takesRange?(plan: PlanNode, facts: GraphFacts): boolean;
  /** @returns why this engine cannot run the node (the word that the log shows), or undefined */
  refuses(plan: PlanNode, facts: GraphFacts): string | undefined;
}

export interface Operator<L = Loader, B = Binder> extends OperatorRules {
  /** Once a session: packs weights. */
  prepare(plan: PlanNode, loader: L): Bind<B>;
}
