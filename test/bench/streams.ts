/**
 * `npm run bench -- streams`: microseconds that one step of one stream takes, by `push` against `model.run` and against
 * onnxruntime-web, and of 256 streams of a GRU of 64 units one by one and as a group, in turns.
 */
import { loadModel } from '@rivulet/inference/node';
import { stackBytes } from '../parity/graphs.ts';
import { randomFloats } from '../parity/random.ts';
import { interleaved } from './interleaved.ts';
import { pushAgainstOrt } from './streams/pushAgainstOrt.ts';
import { pushAgainstRun } from './streams/pushAgainstRun.ts';

const STREAMS = 256;
const INPUT = 16;
const GRU = { seed: 1, input: INPUT, layers: [{ op: 'GRU', hidden: 64 }] } as const;

export async function bench(): Promise<Record<string, number>> {
  const figures = { ...(await pushAgainstRun()), ...(await pushAgainstOrt()) };
  console.log(`${STREAMS} streams of GRU 1x64, microseconds a stream-step`);
  for (const int8 of [false, true]) {
    const type = int8 ? 'int8' : 'float32';
    const model = await loadModel(stackBytes({ ...GRU, int8 }), { engine: 'fused' });
    const streams = Array.from({ length: STREAMS }, () => model.createStream());
    const group = model.createStreamGroup(STREAMS);
    const data = randomFloats(7)(STREAMS * INPUT, 1);
    const frame = { data, shape: [1, STREAMS, INPUT] };
    const chunks = streams.map((_, i) => data.slice(i * INPUT, (i + 1) * INPUT));
    const times = await interleaved([
      {
        name: 'one by one',
        async run() {
          for (let i = 0; i < STREAMS; i++) await streams[i]!.push(chunks[i]!);
        },
      },
      { name: 'all at once', run: () => Promise.all(streams.map((stream, i) => stream.push(chunks[i]!))) },
      { name: 'group', run: () => group.push(frame) },
      { name: 'group, each its own', run: () => group.pushEach(chunks) },
    ]);
    const alone = times.get('one by one')!.median;
    for (const [name, { median: time }] of times) {
      figures[`${type}, ${name}, us a stream-step`] = time / STREAMS;
      const ratio = alone / time;
      console.log(`${type.padEnd(9)}${name.padEnd(22)}${(time / STREAMS).toFixed(2)}   ${ratio.toFixed(1)}x`);
    }
    figures[`${type}, group against one by one`] = alone / times.get('group')!.median;
    await model.dispose();
  }
  return figures;
}
