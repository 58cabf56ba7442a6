/** What the WebGPU engine must know of an ONNX operator: the fused engine's rules, with other machinery behind. */
import { type OnnxNode, RivuletError } from '@rivulet/core';
import type { GpuMachine } from '@rivulet/kernels/webgpu';
import type { GraphFacts, Operator, OperatorRules } from '../fused/operator.ts';
import { OPERATORS } from '../fused/operators/operators.ts';
import type { GpuBinder } from './gpuBinder.ts';

export interface GpuLoader extends GraphFacts {
  readonly machine: GpuMachine;
  /** Puts a constant of floats on the GPU for good; the name then binds to that place. */
  pin(name: string | undefined): void;
}

export type GpuOperator = Operator<GpuLoader, GpuBinder>;

/** The fused engine's, of which the last of several takes every node. */
export const rulesOf = (op: string): OperatorRules => [OPERATORS[op]!].flat().at(-1)!;

/** For what shows only with the shapes and types of a call. */
export function noKernel({ op, name = '' }: OnnxNode, why: string): RivuletError {
  return new RivuletError('ONNX_UNSUPPORTED', `the webgpu engine does not cover ${op} "${name}" (${why})`, {
    ...{ op, node: name, why },
  });
}
