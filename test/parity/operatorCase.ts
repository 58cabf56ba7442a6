/** One graph of a few nodes: what a case of the operator tests is, whichever engines run it. */
import type { OnnxModel, OnnxNode, OnnxTensor } from '@rivulet/core';
import type { AnyTensor } from '@rivulet/inference/node';
import { randomFloats } from './random.ts';

/** Values of an input; plain numbers are a shape to be filled with floats of [-3, 3]. */
export type Fed = readonly number[] | AnyTensor;

export interface Case {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  /** Inputs a, b, ... in order. */
  readonly inputs: readonly Fed[];
  readonly constants?: readonly OnnxTensor[];
  readonly outputs?: readonly string[];
  readonly opset?: number;
  /** Default 1e-5. */
  readonly tolerance?: number;
}

export const node = (
  op: string,
  inputs: string[],
  attributes: OnnxNode['attributes'] = {},
  outputs = ['y'],
): OnnxNode => ({
  op,
  inputs,
  outputs,
  attributes,
});
export const ints = (name: string, values: readonly number[]): OnnxTensor => ({
  name,
  shape: [values.length],
  type: 'int64',
  data: BigInt64Array.from(values, BigInt),
});
export const scalar = (name: string, value: number): OnnxTensor => ({
  name,
  shape: [],
  type: 'int64',
  data: BigInt64Array.of(BigInt(value)),
});
export const floats = (name: string, shape: readonly number[]): OnnxTensor => ({
  name,
  shape,
  type: 'float32',
  data: randomFloats(name.length + shape.length)(
    shape.reduce((a, b) => a * b, 1),
    1,
  ),
});

/** Inputs of whole numbers. */
export const whole = (shape: readonly number[], values: readonly number[]): AnyTensor => ({
  data: BigInt64Array.from(values, BigInt),
  shape,
});

const isTensor = (fed: Fed): fed is AnyTensor => 'data' in fed;
const shapeOf = (fed: Fed): readonly number[] => (isTensor(fed) ? fed.shape : fed);

function typeOf(fed: Fed): 'float32' | 'int32' | 'int64' | 'bool' {
  if (!isTensor(fed) || fed.data instanceof Float32Array) return 'float32';
  if (fed.data instanceof Uint8Array) return 'bool';
  return fed.data instanceof Int32Array ? 'int32' : 'int64';
}

export function modelOf({
  name,
  nodes,
  inputs,
  constants = [],
  outputs = ['y'],
  opset = 21,
}: Case): OnnxModel {
  return {
    irVersion: 10,
    opset,
    graph: {
      name: name.replace(/\W+/g, '_'),
      nodes,
      initializers: constants,
      inputs: inputs.map((fed, i) => ({
        name: 'abc'[i]!,
        type: typeOf(fed),
        shape: shapeOf(fed).map((_, d) => `${'abc'[i]}${d}`),
      })),
      outputs: outputs.map((output) => ({
        name: output,
        type: 'float32',
        shape: [],
        unranked: true as const,
      })),
    },
  };
}

/** Its inputs, the same every time. */
export function feedsOf({ inputs }: Case): Record<string, AnyTensor> {
  const random = randomFloats(5);
  return Object.fromEntries(
    inputs.map((fed, i): [string, AnyTensor] => {
      if (isTensor(fed)) return ['abc'[i]!, fed];
      const data = random(
        fed.reduce((a, b) => a * b, 1),
        3,
      );
      return ['abc'[i]!, { data, shape: fed }];
    }),
  );
}

/** A case of one node with inputs a, b, c. */
export const one = (
  op: string,
  attributes: OnnxNode['attributes'] = {},
  inputs: Case['inputs'] = [[3, 7]],
): Case => ({
  name: `${op} ${Object.keys(attributes)}`,
  nodes: [node(op, ['a', 'b', 'c'].slice(0, inputs.length), attributes)],
  inputs,
});
