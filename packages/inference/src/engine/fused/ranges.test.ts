/** Which of a graph's roundings a product takes over, and which stay nodes of their own. */
import { attr, type OnnxModel, type OnnxNode, type OnnxTensor } from '@rivulet/core';
import { describe, expect, it } from 'vitest';
import { GPU_OPERATORS } from '../webgpu/operators/gpuOperators.ts';
import { planWithAll } from './operators/operators.ts';
import { isRefusal, planGraph } from './planGraph.ts';

const K = 4;
const tensor = (name: string, shape: number[], data: Float32Array | Int8Array | Uint8Array): OnnxTensor => ({
  ...{ name, shape, data },
  type: data instanceof Float32Array ? 'float32' : data instanceof Int8Array ? 'int8' : 'uint8',
});
const node = (op: string, inputs: string[], output: string, attributes = {}): OnnxNode => ({
  ...{ op, inputs, outputs: [output], attributes },
});

const quantise = node('QuantizeLinear', ['x', 's', 'z'], 'levels');
const undo = node('DequantizeLinear', ['levels', 's', 'z'], 'rounded');
const weights = node('DequantizeLinear', ['w8', 'ws'], 'w', { axis: attr.int(1) });
const product = node('MatMul', ['rounded', 'w'], 'y');

const CONSTANTS = [
  tensor('s', [], Float32Array.of(0.25)),
  tensor('other', [], Float32Array.of(0.5)),
  tensor('many', [K], Float32Array.of(0.25, 0.5, 0.25, 0.5)),
  tensor('z', [], Uint8Array.of(100)),
  tensor('w8', [K, K], new Int8Array(K * K).fill(3)),
  tensor('ws', [K], new Float32Array(K).fill(0.1)),
  tensor('rw8', [1, 1, K], new Int8Array(K).fill(3)),
  tensor('rr8', [1, 1, 1], new Int8Array(1).fill(3)),
  tensor('one', [1], Float32Array.of(0.1)),
  tensor('wf', [K, K], new Float32Array(K * K).fill(0.1)),
];

function modelOf(nodes: readonly OnnxNode[], outputs = ['y']): OnnxModel {
  const value = (name: string) => ({ name, type: 'float32' as const, shape: ['T', K] });
  const graph = {
    ...{ name: 'g', nodes, initializers: CONSTANTS },
    ...{ inputs: [value('x')], outputs: outputs.map(value) },
  };
  return { irVersion: 10, opset: 21, graph };
}

function planned(nodes: readonly OnnxNode[], outputs?: string[]) {
  const plan = planWithAll(modelOf(nodes, outputs));
  if (isRefusal(plan)) throw new Error(plan.why);
  return plan;
}

const ops = (nodes: readonly OnnxNode[], outputs?: string[]): string[] =>
  planned(nodes, outputs).nodes.map((plan) => plan.node.op);

describe('a range before a product', () => {
  it('becomes the product’s own, around the level of 0', () => {
    const { nodes, readers } = planned([quantise, undo, weights, product]);
    expect(nodes).toHaveLength(1);
    expect(nodes[0]).toMatchObject({
      inputs: ['x', 'w'],
      range: { scale: 0.25, lowest: -100, highest: 155 },
    });
    expect(readers.get('x')).toBe(1);
    expect(readers.has('levels')).toBe(false);
  });

  it.each<[string, OnnxNode[], string[]?]>([
    [
      'is read by something else too',
      [quantise, undo, weights, product, node('Relu', ['rounded'], 'b')],
      ['y', 'b'],
    ],
    ['leaves the graph too', [quantise, undo, weights, product], ['y', 'rounded']],
  ])('stays as well where it %s', (_why, nodes, outputs) => {
    expect(ops(nodes, outputs).slice(0, 3)).toEqual(['QuantizeLinear', 'DequantizeLinear', 'MatMul']);
    expect(planned(nodes, outputs).nodes.find((plan) => plan.node.op === 'MatMul')!.inputs[0]).toBe('x');
  });

  it.each<[string, OnnxNode[]]>([
    ['weights are float32', [quantise, undo, node('MatMul', ['rounded', 'wf'], 'y')]],
    [
      'the scale is another on the way back',
      [quantise, { ...undo, inputs: ['levels', 'other', 'z'] }, weights, product],
    ],
    [
      'the zero is another on the way back',
      [quantise, { ...undo, inputs: ['levels', 's'] }, weights, product],
    ],
    [
      'each place has a scale',
      [{ ...quantise, inputs: ['x', 'many'] }, { ...undo, inputs: ['levels', 'many'] }, weights, product],
    ],
  ])('stays a node of its own where %s', (_why, nodes) => {
    expect(ops(nodes)).toEqual(['QuantizeLinear', 'DequantizeLinear', 'MatMul']);
    expect(planned(nodes).nodes.at(-1)).not.toHaveProperty('range');
  });

  it.each([
    ['float8e4m3fn', 17],
    ['uint4', 21],
    ['int4', 22],
  ])('of %s is left to another engine', (_type, output) => {
    const rounds = node('QuantizeLinear', ['x', 's'], 'levels', { output_dtype: attr.int(output) });
    const back = { ...undo, inputs: ['levels', 's'] };
    expect(planWithAll(modelOf([rounds, back, weights, product]))).toMatchObject({
      op: 'QuantizeLinear',
      why: 'numbers of another type than 8 or 16 bits',
    });
  });

  it.each([
    ['a product', product, []],
    [
      'a recurrent node',
      node('RNN', ['rounded', 'rw', 'rr'], 'y', { hidden_size: attr.int(1) }),
      [
        node('DequantizeLinear', ['rw8', 'one'], 'rw', { axis: attr.int(1) }),
        node('DequantizeLinear', ['rr8', 'one'], 'rr', { axis: attr.int(1) }),
      ],
    ],
  ])('of %s is not lost where another engine is asked', (_name, reader, before) => {
    const nodes = [quantise, undo, weights, ...before, reader];
    expect(ops(nodes)).toEqual([reader.op]);
    expect(planGraph(modelOf(nodes), GPU_OPERATORS)).toMatchObject({
      op: 'QuantizeLinear',
      why: 'not covered',
    });
  });
});
