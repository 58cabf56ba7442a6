/** A forecaster by hand, for tests: its network repeats the season before, with quantiles at known distances. */
import {
  attr,
  contextFeatureCount,
  futureFeatureCount,
  type Manifest,
  type OnnxModel,
  type OnnxTensor,
  SERIES_CANDIDATES,
  SERIES_FEATURE_VERSION,
} from '@rivulet/core';

const levels = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
const features = { segment: 6, context: 4, horizon: 2, seasons: 3 };
const columns = features.segment * (levels.length + SERIES_CANDIDATES);
/** softplus(GAP) = 0.1: neighbouring quantiles stand a tenth of the window's deviation apart. */
const GAP = Math.log(Math.exp(0.1) - 1);

const zeros = (name: string, shape: number[]): OnnxTensor => ({
  name,
  shape,
  type: 'float32',
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
});

/** The shipped architecture with weights by hand: it forecasts the season before, quantiles 0.1 apart. */
export function naiveNetwork(): OnnxModel {
  const H = 4;
  const step = [...levels.map((level) => (level === 0.5 ? 0 : GAP)), 40, 0, 0, 0, 0, 0];
  const bias = Float32Array.from({ length: columns }, (_, i) => step[i % step.length]!);
  const gru = (name: string, x: string, initial: string, y: string, h: string) => ({
    op: 'GRU',
    name,
    inputs: [x, `${name}.W`, `${name}.R`, `${name}.B`, '', initial],
    outputs: [y, h],
    attributes: { hidden_size: attr.int(H), linear_before_reset: attr.int(1) },
  });
  const weights = (name: string, input: number) => [
    zeros(`${name}.W`, [1, 3 * H, input]),
    zeros(`${name}.R`, [1, 3 * H, H]),
    zeros(`${name}.B`, [1, 6 * H]),
  ];
  return {
    irVersion: 10,
    opset: 21,
    graph: {
      name: 'naive',
      nodes: [
        gru('encoder', 'context', '', '', 'encoder.h'),
        gru('decoder', 'future', 'encoder.h', 'decoder.y', ''),
        {
          op: 'Transpose',
          inputs: ['decoder.y'],
          outputs: ['decoder.t'],
          attributes: { perm: attr.ints([0, 2, 1, 3]) },
        },
        { op: 'Reshape', inputs: ['decoder.t', 'flat'], outputs: ['decoder'], attributes: {} },
        { op: 'MatMul', inputs: ['decoder', 'raw.W'], outputs: ['raw.p'], attributes: {} },
        { op: 'Add', inputs: ['raw.p', 'raw.B'], outputs: ['raw'], attributes: {} },
      ],
      initializers: [
        ...weights('encoder', contextFeatureCount(features)),
        ...weights('decoder', futureFeatureCount(features)),
        { name: 'flat', shape: [3], type: 'int64', data: BigInt64Array.of(0n, 0n, -1n) },
        zeros('raw.W', [H, columns]),
        { name: 'raw.B', shape: [columns], type: 'float32', data: bias },
      ],
      inputs: [
        { name: 'context', type: 'float32', shape: ['S', 'B', contextFeatureCount(features)] },
        { name: 'future', type: 'float32', shape: ['M', 'B', futureFeatureCount(features)] },
      ],
      outputs: [{ name: 'raw', type: 'float32', shape: ['M', 'B', columns] }],
    },
  };
}

/** @param change keys to replace; the file's size and hash are not those of the network */
export function naiveManifest(change: Partial<Manifest> = {}): Manifest {
  const file = { path: 'model.onnx', bytes: 1, sha256: '0'.repeat(64) };
  return {
    format: 1,
    name: 'naive',
    version: '1.0.0',
    task: 'series-quantiles',
    featureVersion: SERIES_FEATURE_VERSION,
    features,
    inputs: [
      { name: 'context', shape: ['S', 'B', contextFeatureCount(features)] },
      { name: 'future', shape: ['M', 'B', futureFeatureCount(features)] },
    ],
    outputs: [{ name: 'raw', shape: ['M', 'B', columns] }],
    head: { kind: 'quantiles', levels },
    files: { float32: file, int8: file, parity: file },
    training: { recipe: 'train.json', seed: 1, commit: '', date: '2026-01-01', steps: 0, data: 'none' },
    figures: {},
    licence: 'Apache-2.0',
    attribution: '',
    ...change,
  };
}
