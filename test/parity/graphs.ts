/**
 * Random recurrent graphs as ONNX files: what parity tests and benches run. Everything follows from the case, so
 * a failure names all it takes to see it again.
 */
import {
  attr,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
  writeOnnx,
} from '@rivulet/core';
import { randomFloats } from './random.ts';

export type CellOp = 'RNN' | 'LSTM' | 'GRU';
export type Direction = 'forward' | 'reverse' | 'bidirectional';

export interface LayerCase {
  readonly op: CellOp;
  readonly hidden: number;
  readonly direction?: Direction;
  /** GRU only; default 1. */
  readonly linearBeforeReset?: 0 | 1;
  /** Without: biases are absent. Default true. */
  readonly bias?: boolean;
  /** Activations of one direction, in ONNX's names. */
  readonly activations?: readonly string[];
  readonly clip?: number;
  /** LSTM only. */
  readonly inputForget?: boolean;
  readonly peepholes?: boolean;
}

export interface StackCase {
  readonly seed: number;
  readonly input: number;
  readonly layers: readonly LayerCase[];
  /** A MatMul and Add to this many outputs at the end. */
  readonly dense?: number;
  /** int8 weights behind DequantizeLinear. */
  readonly int8?: boolean;
  /** An int32 input `lengths` [B] for every layer. */
  readonly lengths?: boolean;
  /** Inputs h0 (and c0) for the first layer, outputs hn (and cn) of the last. */
  readonly states?: boolean;
}

const GATES: Readonly<Record<CellOp, number>> = { RNN: 1, LSTM: 4, GRU: 3 };

/** x [T, B, input] -> y [T, B, features], layer after layer as exporters write them. */
export function stackGraph(kase: StackCase): OnnxModel {
  const random = randomFloats(kase.seed);
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  const inputs: OnnxValue[] = [{ name: 'x', type: 'float32', shape: ['T', 'B', kase.input] }];
  const outputs: OnnxValue[] = [];
  if (kase.lengths) inputs.push({ name: 'lengths', type: 'int32', shape: ['B'] });

  const float = (name: string, shape: number[], size: number): string => {
    const total = shape.reduce((a, b) => a * b, 1);
    initializers.push({ name, shape, type: 'float32', data: random(total, size) });
    return name;
  };
  const matrix = (name: string, shape: number[], axis: number, size: number): string => {
    if (!kase.int8) return float(name, shape, size);
    const total = shape.reduce((a, b) => a * b, 1);
    const data = Int8Array.from(random(total, 127), Math.round);
    const scales = random(shape[axis]!, 1).map((v) => ((0.6 + 0.4 * Math.abs(v)) * size) / 127);
    initializers.push({ name: `${name}.int8`, shape, type: 'int8', data });
    initializers.push({ name: `${name}.scale`, shape: [shape[axis]!], type: 'float32', data: scales });
    nodes.push({
      op: 'DequantizeLinear',
      inputs: [`${name}.int8`, `${name}.scale`],
      outputs: [name],
      attributes: { axis: attr.int(axis) },
    });
    return name;
  };

  let x = 'x';
  let features = kase.input;
  kase.layers.forEach((layer, i) => {
    const { op, hidden, direction = 'forward', linearBeforeReset = 1, bias = true } = layer;
    const { activations, clip, inputForget, peepholes } = layer;
    const name = `layer${i}`;
    const dirs = direction === 'bidirectional' ? 2 : 1;
    const rows = GATES[op] * hidden;
    const last = i === kase.layers.length - 1;
    const state = (which: 'h' | 'c'): string => {
      if (!kase.states || i > 0 || (which === 'c' && op !== 'LSTM')) return '';
      inputs.push({ name: `${which}0`, type: 'float32', shape: [dirs, 'B', hidden] });
      return `${which}0`;
    };
    const final = (which: 'h' | 'c'): string => {
      if (!kase.states || !last || (which === 'c' && op !== 'LSTM')) return '';
      outputs.push({ name: `${which}n`, type: 'float32', shape: [dirs, 'B', hidden] });
      return `${which}n`;
    };
    nodes.push({
      op,
      name,
      inputs: [
        x,
        matrix(`${name}.W`, [dirs, rows, features], 1, 1.5 / Math.sqrt(features)),
        matrix(`${name}.R`, [dirs, rows, hidden], 1, 1.5 / Math.sqrt(hidden)),
        bias ? float(`${name}.B`, [dirs, 2 * rows], 0.5) : '',
        kase.lengths ? 'lengths' : '',
        state('h'),
        ...(op === 'LSTM' ? [state('c')] : []),
        ...(op === 'LSTM' && peepholes ? [float(`${name}.P`, [dirs, 3 * hidden], 0.5)] : []),
      ],
      outputs: [`${name}.y`, final('h'), ...(op === 'LSTM' ? [final('c')] : [])],
      attributes: {
        hidden_size: attr.int(hidden),
        direction: attr.string(direction),
        ...(op === 'GRU' ? { linear_before_reset: attr.int(linearBeforeReset) } : {}),
        ...(activations && {
          activations: attr.strings(Array.from({ length: dirs }, () => activations).flat()),
        }),
        ...(clip && { clip: attr.float(clip) }),
        ...(op === 'LSTM' && inputForget && { input_forget: attr.int(1) }),
      },
    });
    nodes.push({
      op: 'Transpose',
      inputs: [`${name}.y`],
      outputs: [`${name}.t`],
      attributes: { perm: attr.ints([0, 2, 1, 3]) },
    });
    features = dirs * hidden;
    initializers.push({
      name: `${name}.shape`,
      shape: [3],
      type: 'int64',
      data: BigInt64Array.of(0n, 0n, BigInt(features)),
    });
    nodes.push({
      op: 'Reshape',
      inputs: [`${name}.t`, `${name}.shape`],
      outputs: [`${name}.out`],
      attributes: {},
    });
    x = `${name}.out`;
  });
  if (kase.dense) {
    const w = matrix('dense.W', [features, kase.dense], 1, 1.5 / Math.sqrt(features));
    nodes.push({ op: 'MatMul', inputs: [x, w], outputs: ['product'], attributes: {} });
    nodes.push({
      op: 'Add',
      inputs: ['product', float('dense.B', [kase.dense], 0.5)],
      outputs: ['y'],
      attributes: {},
    });
    features = kase.dense;
  } else {
    nodes.push({ op: 'Identity', inputs: [x], outputs: ['y'], attributes: {} });
  }
  outputs.unshift({ name: 'y', type: 'float32', shape: ['T', 'B', features] });
  return { irVersion: 10, opset: 21, graph: { name: 'stack', nodes, initializers, inputs, outputs } };
}

export const stackBytes = (kase: StackCase): Uint8Array => writeOnnx(stackGraph(kase));
