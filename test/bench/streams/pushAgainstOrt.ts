/**
 * Microseconds of a step that goes on where the last one stopped, which is what a step of a network is for: by
 * `stream.push`, and by onnxruntime-web, whose caller feeds it the states that it returned.
 */
import { loadModel } from '@rivulet/inference/node';
import * as ort from 'onnxruntime-web/wasm';
import { stackBytes } from '../../parity/graphs.ts';
import { interleaved, type Way } from '../interleaved.ts';

const INPUT = 16;
const HIDDEN = 64;
const TYPES = [
  { type: 'float32', int8: false, dtype: undefined },
  { type: 'int8', int8: true, dtype: 'int8' },
  { type: 'int8a7', int8: true, dtype: 'int8a7' },
] as const;
const data = new Float32Array(INPUT).fill(0.1);

export async function pushAgainstOrt(): Promise<Record<string, number>> {
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  const figures: Record<string, number> = {};
  console.log(
    'a step that carries its state on, microseconds: stream.push, fastest and median, against onnxruntime-web',
  );
  for (const op of ['LSTM', 'GRU'] as const) {
    const stack = { seed: 1, input: INPUT, layers: [{ op, hidden: HIDDEN }] };
    const models = await Promise.all(
      TYPES.map(({ int8, dtype }) => loadModel(stackBytes({ ...stack, int8 }), { engine: 'fused', dtype })),
    );
    const streams = models.map((model) => model.createStream());
    const session = await ort.InferenceSession.create(stackBytes({ ...stack, states: true }), {
      executionProviders: ['wasm'],
      logSeverityLevel: 3,
    });
    const times = await interleaved([
      { name: 'ort', run: ortSteps(session, op === 'LSTM' ? ['h', 'c'] : ['h']) },
      ...TYPES.map(({ type }, i): Way => ({ name: type, run: () => streams[i]!.push(data) })),
    ]);
    const theirs = times.get('ort')!;
    for (const { type } of TYPES) {
      const ours = times.get(type)!;
      const name = `${op} 1x${HIDDEN}, ${type}`;
      const [fastest, median] = [theirs.fastest / ours.fastest, theirs.median / ours.median];
      figures[`${name}, push, us`] = ours.median;
      figures[`${name}, push against onnxruntime-web`] = median;
      console.log(
        `${name.padEnd(22)}${ours.fastest.toFixed(2).padStart(7)}${ours.median.toFixed(2).padStart(7)}` +
          `   ${fastest.toFixed(1)}x ${median.toFixed(1)}x (onnxruntime-web ${theirs.fastest.toFixed(1)}, ${theirs.median.toFixed(1)})`,
      );
    }
    await Promise.all(models.map((model) => model.dispose()));
    await session.release();
  }
  return figures;
}

/** A run that feeds what the one before it gave. */
function ortSteps(session: ort.InferenceSession, states: readonly string[]): () => Promise<void> {
  const zeros = () => new ort.Tensor('float32', new Float32Array(HIDDEN), [1, 1, HIDDEN]);
  let before: Record<string, ort.Tensor> = Object.fromEntries(states.map((state) => [`${state}0`, zeros()]));
  return async () => {
    const results = await session.run({ x: new ort.Tensor('float32', data, [1, 1, INPUT]), ...before });
    before = Object.fromEntries(states.map((state) => [`${state}0`, results[`${state}n`]!]));
  };
}
