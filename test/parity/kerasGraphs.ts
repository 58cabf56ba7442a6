/**
 * Keras layers as ONNX, node by node as its converters write them:
 *  - `tf2onnx`, of the TensorFlow backend (`python -m tf2onnx.convert`, and `model.export(format='onnx')` of Keras 3):
 *    lstm_tf2_rewriter.py, gru_tf2_rewriter.py, bilstm_rewriter.py and rnn_utils.py of github.com/onnx/tensorflow-onnx,
 *    from 1.9.3 on (pull request 1752; before, and for SimpleRNN still, a layer becomes a Loop);
 *  - `keras2onnx`, its predecessor, of which many files are around: ke2onnx/{lstm,gru,simplernn}.py of
 *    github.com/onnx/keras-onnx.
 * Keras keeps a kernel as [input, gates * units], its gates i f c o (LSTM) and z r h (GRU).
 */
import { attr, type OnnxModel, type OnnxNode, type OnnxTensor, type OnnxType } from '@rivulet/core';

/** As `layer.getWeights()` has it. */
export interface KerasTensor {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

export interface KerasCell {
  readonly op: 'LSTM' | 'GRU' | 'RNN';
  readonly units: number;
  /** Kernel, recurrent kernel, bias; of a bidirectional layer the forward ones, then the backward ones. */
  readonly weights: readonly KerasTensor[];
  /** Recurrent activation and activation, as Keras names them. Default: sigmoid and tanh. */
  readonly activations?: readonly string[];
  readonly sequences: boolean;
}

const GATES = { RNN: [0], GRU: [0, 1, 2], LSTM: [0, 3, 1, 2] } as const;
const NAMES: Readonly<Record<string, string>> = {
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  relu: 'Relu',
  hardSigmoid: 'HardSigmoid',
};

export class KerasGraph {
  readonly #nodes: OnnxNode[] = [];
  readonly #constants: OnnxTensor[] = [];
  #count = 0;

  /** @returns the name of its first output */
  node(op: string, inputs: readonly string[], attributes: OnnxNode['attributes'] = {}): string {
    return this.nodes(op, inputs, attributes, 1)[0]!;
  }

  nodes(op: string, inputs: readonly string[], attributes: OnnxNode['attributes'], count: number): string[] {
    const outputs = Array.from({ length: count }, (_, i) => `${op}_${this.#count++}:${i}`);
    this.#nodes.push({ op, inputs: [...inputs], outputs, attributes });
    return outputs;
  }

  floats({ shape, data }: KerasTensor): string {
    return this.#constant('float32', shape, Float32Array.from(data));
  }

  ints(values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.#constant('int64', shape, BigInt64Array.from(values, BigInt));
  }

  transpose(x: string, perm: number[]): string {
    return this.node('Transpose', [x], { perm: attr.ints(perm) });
  }

  squeeze(x: string, axis: number): string {
    return this.node('Squeeze', [x, this.ints([axis])]);
  }

  slice(x: string, axis: number, from: number, to: number): string {
    return this.node('Slice', [x, this.ints([from]), this.ints([to]), this.ints([axis])]);
  }

  /** A dimension as a list of one. */
  size(x: string, axis: number): string {
    const shape = this.node('Cast', [this.node('Shape', [x])], { to: attr.int(7) });
    return this.slice(shape, 0, axis, axis + 1);
  }

  model(
    input: { shape: readonly (number | string)[]; type?: OnnxType },
    output: string,
    opset: number,
  ): OnnxModel {
    const { shape, type = 'float32' } = input;
    return {
      irVersion: 8,
      opset,
      graph: {
        name: 'keras',
        nodes: [...this.#nodes, { op: 'Identity', inputs: [output], outputs: ['y'], attributes: {} }],
        initializers: this.#constants,
        inputs: [{ name: 'x', type, shape: [...shape] }],
        outputs: [{ name: 'y', type: 'float32', shape: [], unranked: true }],
      },
    };
  }

  #constant(type: OnnxType, shape: readonly number[], data: OnnxTensor['data']): string {
    const name = `const_${this.#count++}`;
    this.#constants.push({ name, type, shape, data });
    return name;
  }
}

/** W, R and B of the directions, gates in ONNX's order. */
function weightsOf(graph: KerasGraph, { op, units, weights }: KerasCell): string[] {
  const order = GATES[op];
  const rows = order.length * units;
  const dirs = weights.length / 3;
  const [w, r, b]: [number[], number[], number[]] = [[], [], []];
  const turned = ({ shape, data }: KerasTensor, to: number[]): void => {
    for (const gate of order) {
      for (let j = 0; j < units; j++) {
        for (let i = 0; i < shape[0]!; i++) to.push(data[i * rows + gate * units + j]!);
      }
    }
  };
  for (let d = 0; d < dirs; d++) {
    const [kernel, recurrent, bias] = weights.slice(3 * d) as [KerasTensor, KerasTensor, KerasTensor];
    turned(kernel, w);
    turned(recurrent, r);
    for (const gate of order) for (let j = 0; j < units; j++) b.push(bias.data[gate * units + j]!);
    // Keras has one bias, ONNX one more for the state.
    for (let i = 0; i < rows; i++) b.push(0);
  }
  const input = weights[0]!.shape[0]!;
  return [
    graph.floats({ shape: [dirs, rows, input], data: w }),
    graph.floats({ shape: [dirs, rows, units], data: r }),
    graph.floats({ shape: [dirs, 2 * rows], data: b }),
  ];
}

function attributesOf(cell: KerasCell, direction: string, always: boolean): OnnxNode['attributes'] {
  const { op, units, weights, activations = ['sigmoid', 'tanh'] } = cell;
  const [gate, fresh] = activations.map((name) => NAMES[name]!) as [string, string];
  const one = { RNN: [fresh], GRU: [gate, fresh], LSTM: [gate, fresh, fresh] }[op];
  const usual = gate === 'Sigmoid' && fresh === 'Tanh';
  return {
    direction: attr.string(direction),
    hidden_size: attr.int(units),
    ...(op === 'GRU' && { linear_before_reset: attr.int(0) }),
    ...((always || !usual) && {
      activations: attr.strings(Array.from({ length: weights.length / 3 }, () => one).flat()),
    }),
  };
}

/** Zeros [N, units], as `tf.zeros` becomes it, as [1, N, units]. */
function zeroState(graph: KerasGraph, x: string, units: number): string {
  const shape = graph.node('Concat', [graph.size(x, 0), graph.ints([units])], { axis: attr.int(0) });
  const zeros = graph.node('Expand', [graph.floats({ shape: [1], data: [0] }), shape]);
  return graph.node('Unsqueeze', [zeros, graph.ints([0])]);
}

/** One layer of one direction: x [N, T, F] to [N, T, units], or to [N, units] of the last step. */
export function tf2onnx(graph: KerasGraph, x: string, cell: KerasCell): string {
  const { op, units, sequences } = cell;
  const state = zeroState(graph, x, units);
  const [y] = graph.nodes(
    op,
    [
      graph.transpose(x, [1, 0, 2]),
      ...weightsOf(graph, cell),
      '',
      state,
      ...(op === 'LSTM' ? [zeroState(graph, x, units)] : []),
    ],
    attributesOf(cell, 'forward', op === 'GRU'),
    op === 'LSTM' ? 3 : 2,
  );
  const steps = graph.squeeze(y!, 1);
  return sequences
    ? graph.transpose(steps, [1, 0, 2])
    : graph.squeeze(graph.slice(steps, 0, -1, 2 ** 31 - 1), 0);
}

/** Both directions found to belong together: one node, and a slice of each output for whoever reads it. */
export function tf2onnxBidirectional(graph: KerasGraph, x: string, cell: KerasCell): string {
  const { op, units, sequences } = cell;
  const one = zeroState(graph, x, units);
  const both = graph.node('Concat', [one, one], { axis: attr.int(0) });
  const [y, h] = graph.nodes(
    op,
    [graph.transpose(x, [1, 0, 2]), ...weightsOf(graph, cell), '', both, ...(op === 'LSTM' ? [both] : [])],
    attributesOf(cell, 'bidirectional', op === 'GRU'),
    op === 'LSTM' ? 3 : 2,
  );
  const parts = [0, 1].map((d) =>
    sequences
      ? graph.transpose(graph.squeeze(graph.slice(y!, 1, d, d + 1), 1), [1, 0, 2])
      : graph.squeeze(graph.slice(h!, 0, d, d + 1), 0),
  );
  return graph.node('Concat', parts, { axis: attr.int(-1) });
}

/** ReverseV2 along time, where the directions were not found to belong together. */
export function tf2onnxReversed(graph: KerasGraph, x: string): string {
  const lengths = graph.node('Expand', [graph.size(x, 1), graph.size(x, 0)]);
  return graph.node('ReverseSequence', [x, lengths], { time_axis: attr.int(1), batch_axis: attr.int(0) });
}

/** @param lengths [N] int32, what a mask came to; '' for none */
export function keras2onnx(graph: KerasGraph, x: string, cell: KerasCell, lengths = ''): string {
  const { op, units, sequences, weights } = cell;
  const dirs = weights.length / 3;
  const [y, h] = graph.nodes(
    op,
    [
      graph.transpose(x, [1, 0, 2]),
      ...weightsOf(graph, cell),
      lengths,
      '',
      ...(op === 'LSTM' ? ['', ''] : []),
    ],
    attributesOf(cell, dirs === 2 ? 'bidirectional' : 'forward', true),
    op === 'LSTM' ? 3 : 2,
  );
  if (!sequences) {
    const last = dirs === 2 ? graph.transpose(h!, [1, 0, 2]) : h!;
    return graph.node('Reshape', [last, graph.ints([-1, dirs * units])]);
  }
  const turned = graph.transpose(y!, [2, 0, 1, 3]);
  const shape = graph.node('Concat', [graph.ints([-1]), graph.size(x, 1), graph.ints([dirs * units])], {
    axis: attr.int(0),
  });
  return graph.node('Reshape', [turned, shape]);
}

/** Steps of a mask of zeros at the end, from tokens [N, T]. */
export function maskLengths(graph: KerasGraph, tokens: string): string {
  const zero = graph.ints([0], []);
  const mask = graph.node('Not', [graph.node('Equal', [tokens, zero])]);
  const ones = graph.node('Cast', [mask], { to: attr.int(6) });
  return graph.node('ReduceSum', [ones, graph.ints([1])], { keepdims: attr.int(0) });
}
