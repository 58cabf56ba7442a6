/**
 * `npm run bench -- engine`: microseconds a call of the public `model.run`, our engine (float32 and int8, plain
 * and relaxed SIMD) and onnxruntime-web, one thread, in turns.
 */
import { type AnyTensor, loadModel, type Model } from '@rivulet/inference/node';
import { type LayerCase, type StackCase, stackBytes } from '../parity/graphs.ts';
import { randomFloats } from '../parity/random.ts';
import { interleaved } from './interleaved.ts';

interface Case extends StackCase {
  readonly name: string;
  readonly T: number;
}

const stack = (op: 'LSTM' | 'GRU', count: number, hidden: number, bidirectional = false): LayerCase[] =>
  Array.from({ length: count }, () => ({
    op,
    hidden,
    direction: bidirectional ? 'bidirectional' : 'forward',
  }));

const CASES: readonly Case[] = [
  { name: 'LSTM 1x64, T=1', T: 1, seed: 1, input: 16, layers: stack('LSTM', 1, 64) },
  { name: 'LSTM 2x128, T=1', T: 1, seed: 1, input: 16, layers: stack('LSTM', 2, 128) },
  { name: 'GRU 1x64, T=1', T: 1, seed: 1, input: 16, layers: stack('GRU', 1, 64) },
  { name: 'GRU 2x128, T=1', T: 1, seed: 1, input: 16, layers: stack('GRU', 2, 128) },
  { name: 'LSTM bi 3x64, T=200', T: 200, seed: 1, input: 16, layers: stack('LSTM', 3, 64, true) },
  { name: 'GRU bi 3x64, T=200', T: 200, seed: 1, input: 16, layers: stack('GRU', 3, 64, true) },
  {
    name: 'a word: LSTM bi 64, 2x128, T=90',
    T: 90,
    seed: 1,
    input: 6,
    layers: [...stack('LSTM', 1, 64, true), ...stack('LSTM', 2, 128, true)],
    dense: 81,
  },
];

export async function bench(): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  const columns = ['ort f32', 'plain f32', 'relaxed f32', 'plain int8', 'relaxed int8', 'auto int8'];
  console.log(`microseconds a call${''.padEnd(14)}${columns.map((name) => name.padStart(13)).join('')}`);
  for (const { name, T, ...kase } of CASES) {
    const float = stackBytes(kase);
    const int8 = stackBytes({ ...kase, int8: true });
    const models: [string, Model][] = [
      ['ort f32', await loadModel(float, { engine: 'ort' })],
      ['plain f32', await loadModel(float, { engine: 'fused', variant: 'plain' })],
      ['relaxed f32', await loadModel(float, { engine: 'fused', variant: 'relaxed' })],
      ['plain int8', await loadModel(int8, { engine: 'fused', variant: 'plain' })],
      ['relaxed int8', await loadModel(int8, { engine: 'fused', variant: 'relaxed' })],
      ['auto int8', await loadModel(int8, { engine: 'fused' })],
    ];
    const shape = [T, 1, kase.input];
    const feeds: Record<string, AnyTensor> = { x: { data: randomFloats(9)(T * kase.input, 1), shape } };
    const times = await interleaved(
      models.map(([way, model]) => ({ name: way, run: () => model.run(feeds) })),
    );
    console.log(
      `${name.padEnd(33)}${columns.map((way) => times.get(way)!.toFixed(1).padStart(13)).join('')}`,
    );
    for (const [way, time] of times) figures[`${name}, ${way}, us`] = time;
    for (const [, model] of models) await model.dispose();
  }
  return figures;
}
