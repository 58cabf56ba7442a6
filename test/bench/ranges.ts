/**
 * `npm run bench -- ranges`: microseconds a call of int8 networks whose activations have a scale for each step, and of the
 * same whose activations have calibrated ranges, which no row has to be searched for; in turns, in Node.
 */
import { writeOnnx } from '@rivulet/core';
import { type AnyTensor, type Int8Type, loadModel } from '@rivulet/inference/node';
import { quantiseNetwork, type RecipeInput, rangeOver, toOnnx } from '@rivulet/training/network';
import { type DrawnNetwork, drawnNetwork } from '../fixtures/drawnNetwork.ts';
import { randomFloats } from '../parity/random.ts';
import { interleaved } from './interleaved.ts';

const INPUT = 16;

const CASES: readonly { name: string; T: number; layers: RecipeInput['network']['layers'] }[] = [
  { name: 'LSTM 1x64, T=1', T: 1, layers: [{ op: 'lstm', name: 'y', hidden: 64 }] },
  { name: 'GRU 1x64, T=1', T: 1, layers: [{ op: 'gru', name: 'y', hidden: 64 }] },
  {
    name: 'LSTM 2x128, T=1',
    T: 1,
    layers: [
      { op: 'lstm', hidden: 128 },
      { op: 'lstm', name: 'y', hidden: 128 },
    ],
  },
  {
    name: 'LSTM bi 3x64, T=200',
    T: 200,
    layers: [
      { op: 'lstm', hidden: 64, bidirectional: true },
      { op: 'lstm', hidden: 64, bidirectional: true },
      { op: 'lstm', name: 'y', hidden: 64, bidirectional: true },
    ],
  },
];

/** The file with a scale for each step, and the one with ranges. */
function files(layers: RecipeInput['network']['layers']): readonly [Uint8Array, Uint8Array] {
  const network = { inputs: { x: INPUT }, layers, outputs: ['y'] };
  const write = ({ plan, weights }: DrawnNetwork): Uint8Array =>
    writeOnnx(toOnnx({ name: 'ranges', plan, weights, quantised: quantiseNetwork(plan, weights) }));
  return [write(drawnNetwork(network, 1)), write(drawnNetwork(network, 1, () => rangeOver(-1, 1, 8)))];
}

export async function bench(): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  console.log(`${'microseconds a call, median'.padEnd(34)}by step   in range   ratio`);
  for (const dtype of ['int8', 'int8a7'] satisfies Int8Type[]) {
    for (const { name, T, layers } of CASES) {
      const [step, range] = await Promise.all(
        files(layers).map((bytes) => loadModel(bytes, { engine: 'fused', dtype })),
      );
      const feeds: Record<string, AnyTensor> = {
        x: { data: randomFloats(9)(T * INPUT, 1), shape: [T, 1, INPUT] },
      };
      const times = await interleaved(
        [
          { name: 'step', run: () => step!.run(feeds) },
          { name: 'range', run: () => range!.run(feeds) },
        ],
        60,
      );
      const [byStep, inRange] = ['step', 'range'].map((way) => times.get(way)!.median) as [number, number];
      figures[`${name}, ${dtype}, in range over by step`] = inRange / byStep;
      const cells = [byStep.toFixed(2), inRange.toFixed(2), (inRange / byStep).toFixed(3)];
      console.log(`${`${name}, ${dtype}`.padEnd(30)}${cells.map((cell) => cell.padStart(10)).join(' ')}`);
      await Promise.all([step!.dispose(), range!.dispose()]);
    }
  }
  return figures;
}
