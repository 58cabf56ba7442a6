/**
 * Keras models as ONNX (kerasGraphs.ts), with weights of TensorFlow.js's layers, which are Keras's, against what those
 * layers compute: all on our own engine. TensorFlow.js has no GRU with `reset_after`, ONNX's linear_before_reset=1, of
 * which there are enough in recurrent.test.ts.
 */
import '@tensorflow/tfjs-backend-cpu';
import { attr, writeOnnx } from '@rivulet/core';
import { type AnyTensor, loadModel } from '@rivulet/inference/node';
import * as tf from '@tensorflow/tfjs-core';
import { layers, type Sequential, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, it } from 'vitest';
import { expectSame } from './expectSame.ts';
import {
  type KerasCell,
  KerasGraph,
  type KerasTensor,
  keras2onnx,
  maskLengths,
  tf2onnx,
  tf2onnxBidirectional,
  tf2onnxReversed,
} from './kerasGraphs.ts';

type Layer = Parameters<Sequential['add']>[0];

/** Float32 in another order of sums, over two layers. */
const TOLERANCE = 2e-5;
const [FEATURES, UNITS, TOKENS] = [3, 5, 11];
const random = { kernelInitializer: 'glorotUniform', recurrentInitializer: 'glorotUniform' } as const;
/** Biases are zeros otherwise, and no test would see them. */
const bias = { biasInitializer: 'glorotNormal' } as const;
const cellOptions = { units: UNITS, recurrentActivation: 'sigmoid', ...random, ...bias } as const;

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const weightsOf = (layer: Layer): KerasTensor[] =>
  layer.getWeights().map((weight) => ({ shape: weight.shape, data: weight.dataSync() }));

interface Case {
  readonly name: string;
  /** The model's layers; the first takes [T, FEATURES] or, with tokens, [T]. */
  readonly layers: () => Layer[];
  readonly tokens?: true;
  readonly write: (graph: KerasGraph, x: string, weights: readonly KerasTensor[][]) => string;
  readonly opset?: number;
}

const cell = (op: KerasCell['op'], weights: readonly KerasTensor[], sequences = true): KerasCell => ({
  ...{ op, units: UNITS, weights, sequences },
});

const dense = (graph: KerasGraph, x: string, [kernel, offset]: readonly KerasTensor[]): string =>
  graph.node('Add', [graph.node('MatMul', [x, graph.floats(kernel!)]), graph.floats(offset!)]);

const OPS = { LSTM: layers.lstm, GRU: layers.gru, RNN: layers.simpleRNN } as const;
type Args = Parameters<typeof layers.lstm>[0];

/** Of each cell, each way to write it, with every step and with the last one. */
const single: readonly Case[] = (['LSTM', 'GRU', 'RNN'] as const).flatMap((op) =>
  [true, false].flatMap((sequences): Case[] => {
    const made = (): Layer[] => [OPS[op]({ ...cellOptions, returnSequences: sequences } as Args)];
    const what = sequences ? 'every step' : 'the last step';
    return [
      // A SimpleRNN becomes a Loop there.
      ...(op === 'RNN'
        ? []
        : [
            {
              name: `${op}, ${what}, tf2onnx`,
              layers: made,
              write: (graph: KerasGraph, x: string, [weights]: readonly KerasTensor[][]) =>
                tf2onnx(graph, x, cell(op, weights!, sequences)),
            },
          ]),
      {
        name: `${op}, ${what}, keras2onnx`,
        layers: made,
        write: (graph, x, [weights]) => keras2onnx(graph, x, cell(op, weights!, sequences)),
      },
    ];
  }),
);

const bidirectional: readonly Case[] = (['LSTM', 'GRU'] as const).flatMap((op) =>
  [true, false].map((sequences): Case => {
    const layer = (): Layer =>
      layers.bidirectional({
        layer: OPS[op]({ ...cellOptions, returnSequences: sequences } as Args) as ReturnType<
          typeof layers.lstm
        >,
        mergeMode: 'concat',
      });
    return {
      name: `Bidirectional ${op}, ${sequences ? 'every step' : 'the last step'}`,
      layers: () => [layer()],
      write: (graph, x, [weights]) => tf2onnxBidirectional(graph, x, cell(op, weights!, sequences)),
    };
  }),
);

const networks: readonly Case[] = [
  {
    name: 'a Bidirectional LSTM whose directions stay apart',
    layers: () => [
      layers.bidirectional({
        layer: layers.lstm({ ...cellOptions, returnSequences: true }),
        mergeMode: 'concat',
      }),
    ],
    write(graph, x, [weights]) {
      const forward = tf2onnx(graph, x, cell('LSTM', weights!.slice(0, 3)));
      const backward = tf2onnx(graph, tf2onnxReversed(graph, x), cell('LSTM', weights!.slice(3)));
      return graph.node('Concat', [forward, tf2onnxReversed(graph, backward)], { axis: attr.int(2) });
    },
  },
  {
    name: 'an LSTM of older Keras: hard_sigmoid, relu',
    layers: () => [
      layers.lstm({
        ...cellOptions,
        recurrentActivation: 'hardSigmoid',
        activation: 'relu',
        returnSequences: true,
      }),
    ],
    write: (graph, x, [weights]) =>
      keras2onnx(graph, x, { ...cell('LSTM', weights!), activations: ['hardSigmoid', 'relu'] }),
    opset: 13,
  },
  {
    name: 'Embedding with a mask, LSTM, Dense, softmax',
    tokens: true,
    layers: () => [
      layers.embedding({ inputDim: TOKENS, outputDim: FEATURES, maskZero: true }),
      layers.lstm({ ...cellOptions }),
      layers.dense({ units: 4, activation: 'softmax', ...bias }),
    ],
    write(graph, x, [table, lstm, head]) {
      const tokens = graph.node('Cast', [x], { to: attr.int(6) });
      const embedded = graph.node('Gather', [graph.floats(table![0]!), tokens]);
      const last = keras2onnx(graph, embedded, cell('LSTM', lstm!, false), maskLengths(graph, x));
      return graph.node('Softmax', [dense(graph, last, head!)], { axis: attr.int(-1) });
    },
  },
  {
    name: 'Conv1D, BatchNormalization, GRU, TimeDistributed Dense',
    layers: () => [
      layers.conv1d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'relu', ...bias }),
      layers.batchNormalization({
        ...{ betaInitializer: 'glorotNormal', gammaInitializer: 'glorotNormal' },
        movingMeanInitializer: 'glorotNormal',
      }),
      layers.gru({ ...cellOptions, returnSequences: true }),
      layers.timeDistributed({ layer: layers.dense({ units: 2, ...bias }) }),
    ],
    write(graph, x, [conv, norm, gru, head]) {
      // [K, in, out] as a picture of height 1, as conv2d stands for conv1d in TensorFlow.
      const [kernel, offset] = conv as [KerasTensor, KerasTensor];
      const [K = 0, I = 0, O = 0] = kernel.shape;
      const turned = Array.from({ length: O * I * K }, (_, n) => {
        const [o, i, k] = [Math.floor(n / (I * K)), Math.floor(n / K) % I, n % K];
        return kernel.data[(k * I + i) * O + o]!;
      });
      const picture = graph.transpose(graph.node('Unsqueeze', [x, graph.ints([1])]), [0, 3, 1, 2]);
      const convolved = graph.node(
        'Conv',
        [picture, graph.floats({ shape: [O, I, 1, K], data: turned }), graph.floats(offset)],
        {
          auto_pad: attr.string('SAME_UPPER'),
          kernel_shape: attr.ints([1, K]),
          strides: attr.ints([1, 1]),
          group: attr.int(1),
        },
      );
      const back = graph.squeeze(graph.transpose(convolved, [0, 2, 3, 1]), 1);
      const active = graph.node('Relu', [back]);
      // Batch normalisation of the last axis: folded to a product and a sum.
      const [gamma, beta, mean, variance] = norm!.map(({ data }) => Array.from(data));
      const scale = gamma!.map((g, i) => g / Math.sqrt(variance![i]! + 1e-3));
      const shift = beta!.map((b, i) => b - mean![i]! * scale[i]!);
      const normed = graph.node('Add', [
        graph.node('Mul', [active, graph.floats({ shape: [O], data: scale })]),
        graph.floats({ shape: [O], data: shift }),
      ]);
      const y = tf2onnx(graph, normed, cell('GRU', gru!));
      // Every step as one of a larger batch, and back.
      const flat = graph.node('Reshape', [y, graph.ints([-1, UNITS])]);
      const [k, b] = head as [KerasTensor, KerasTensor];
      const shape = graph.node('Concat', [graph.ints([-1]), graph.size(y, 1), graph.ints([2])], {
        axis: attr.int(0),
      });
      return graph.node('Reshape', [graph.node('Gemm', [flat, graph.floats(k), graph.floats(b)]), shape]);
    },
  },
  {
    name: 'two LSTM layers, LayerNormalization, GlobalAveragePooling1D',
    layers: () => [
      layers.lstm({ ...cellOptions, returnSequences: true }),
      layers.layerNormalization({
        gammaInitializer: 'glorotNormal',
        betaInitializer: 'glorotNormal',
      }),
      layers.lstm({ ...cellOptions, returnSequences: true }),
      layers.globalAveragePooling1d({}),
    ],
    write(graph, x, [first, norm, second]) {
      const y = tf2onnx(graph, x, cell('LSTM', first!));
      const axes = { axes: attr.ints([2]), keepdims: attr.int(1) };
      const mean = graph.node('ReduceMean', [y], axes);
      const off = graph.node('Sub', [y, mean]);
      const variance = graph.node('ReduceMean', [graph.node('Mul', [off, off])], axes);
      const epsilon = graph.floats({ shape: [], data: [1e-3] });
      const inverse = graph.node('Reciprocal', [
        graph.node('Sqrt', [graph.node('Add', [variance, epsilon])]),
      ]);
      // As Keras multiplies out: x (g / s) + (b - m (g / s)).
      const scale = graph.node('Mul', [inverse, graph.floats(norm![0]!)]);
      const shift = graph.node('Sub', [graph.floats(norm![1]!), graph.node('Mul', [mean, scale])]);
      const normed = graph.node('Add', [graph.node('Mul', [y, scale]), shift]);
      const z = tf2onnx(graph, normed, cell('LSTM', second!));
      return graph.node('ReduceMean', [z], { axes: attr.ints([1]), keepdims: attr.int(0) });
    },
  },
];

it.each([...single, ...bidirectional, ...networks])(
  '$name',
  async ({ layers: make, tokens, write, opset = 17 }) => {
    const model = sequential();
    const made = make();
    const [first] = made as [Layer];
    model.add(layers.inputLayer({ inputShape: tokens ? [null] : [null, FEATURES] }));
    for (const layer of made) model.add(layer);
    expect(first.getWeights().length).toBeGreaterThan(0);
    const graph = new KerasGraph();
    const output = write(graph, 'x', made.map(weightsOf));
    const shape = tokens ? ['N', 'T'] : ['N', 'T', FEATURES];
    const bytes = writeOnnx(graph.model({ shape, type: tokens ? 'int64' : 'float32' }, output, opset));
    const ours = await loadModel(bytes, { engine: 'fused' });
    for (const [N, T] of [
      [1, 4],
      [3, 7],
    ] as const) {
      const given = tokens
        ? // Sequences end where their zeros begin; none is empty.
          tf.tensor2d(
            Array.from({ length: N * T }, (_, i) =>
              i % T < 2 + Math.floor(i / T) ? 1 + ((i * 7) % (TOKENS - 1)) : 0,
            ),
            [N, T],
          )
        : tf.randomUniform([N, T, FEATURES], -1, 1, 'float32', 5);
      const expected = model.predict(given) as tf.Tensor;
      const numbers = given.dataSync();
      const x: AnyTensor = tokens
        ? { shape: [N, T], data: BigInt64Array.from(numbers, (value) => BigInt(value)) }
        : { shape: [N, T, FEATURES], data: Float32Array.from(numbers) };
      const y = { shape: expected.shape, data: Float32Array.from(expected.dataSync()) };
      expectSame(await ours.run({ x }), { y }, TOLERANCE);
    }
    await ours.dispose();
  },
);
