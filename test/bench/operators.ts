/**
 * `npm run bench -- operators`: microseconds a call of what the engine bench leaves out, our engine (float32 and int8,
 * as `auto` chooses them) and onnxruntime-web's float32, one thread, in turns, in Node: cells that a node has changed.
 */
import { type AnyTensor, loadModel } from '@rivulet/inference/node';
import * as ort from 'onnxruntime-web/wasm';
import { type LayerCase, stackBytes } from '../parity/graphs.ts';
import { randomFloats } from '../parity/random.ts';
import { interleaved } from './interleaved.ts';

const LSTM = ['Sigmoid', 'Tanh', 'Tanh'];
const CELLS: Readonly<Record<string, LayerCase>> = {
  'LSTM, usual': { op: 'LSTM', hidden: 64 },
  'LSTM, peepholes': { op: 'LSTM', hidden: 64, peepholes: true },
  'LSTM, clip': { op: 'LSTM', hidden: 64, clip: 3 },
  'LSTM, input_forget': { op: 'LSTM', hidden: 64, inputForget: true },
  'LSTM, HardSigmoid': { op: 'LSTM', hidden: 64, activations: ['HardSigmoid', ...LSTM.slice(1)] },
  'GRU, HardSigmoid and Softsign': { op: 'GRU', hidden: 64, activations: ['HardSigmoid', 'Softsign'] },
  'GRU, resets first, clip': { op: 'GRU', hidden: 64, linearBeforeReset: 0, clip: 3 },
  'RNN, Softsign': { op: 'RNN', hidden: 64, activations: ['Softsign'] },
};
const INPUT = 16;

export async function bench(): Promise<Record<string, number>> {
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  const figures: Record<string, number> = {};
  const row = (name: string, cells: readonly string[]): void =>
    console.log(name.padEnd(44) + cells.map((cell) => cell.padStart(12)).join(''));
  row('microseconds a call, median', ['ort f32', 'f32', 'int8', 'f32 ratio', 'int8 ratio']);
  for (const T of [1, 200]) {
    for (const [cell, layer] of Object.entries(CELLS)) {
      const name = `${cell}, 1x64, T=${T}`;
      const stack = { seed: 1, input: INPUT, layers: [layer] };
      const bytes = stackBytes(stack);
      const shape = [T, 1, INPUT];
      const data = randomFloats(9)(T * INPUT, 1);
      const feeds: Record<string, AnyTensor> = { x: { data, shape } };
      const session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'] });
      const float = await loadModel(bytes, { engine: 'fused' });
      const int8 = await loadModel(stackBytes({ ...stack, int8: true }), { engine: 'fused' });
      const times = await interleaved(
        [
          { name: 'ort', run: () => session.run({ x: new ort.Tensor('float32', data, shape) }) },
          { name: 'f32', run: () => float.run(feeds) },
          { name: 'int8', run: () => int8.run(feeds) },
        ],
        30,
      );
      const [theirs, ours, small] = ['ort', 'f32', 'int8'].map((way) => times.get(way)!.median) as [
        number,
        number,
        number,
      ];
      figures[`${name}, f32 ratio`] = theirs / ours;
      figures[`${name}, int8 ratio`] = theirs / small;
      row(name, [
        ...[theirs, ours, small].map((time) => time.toFixed(1)),
        ...[theirs / ours, theirs / small].map((ratio) => `${ratio.toFixed(1)}x`),
      ]);
      await Promise.all([session.release(), float.dispose(), int8.dispose()]);
    }
  }
  return figures;
}
