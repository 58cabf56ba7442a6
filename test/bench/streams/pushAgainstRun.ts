/**
 * Microseconds of a step of an LSTM 1x64 by `stream.push`, whose state goes on, against `model.run` of the same step,
 * which begins anew: in this process, and in a thread behind the ring and behind messages, in turns.
 */
import { loadModel, type Model } from '@rivulet/inference/node';
import { modelLoader } from '../../../packages/inference/src/publicApi.ts';
import { ServiceClient } from '../../../packages/inference/src/worker/client.ts';
import { threadConnections } from '../../../packages/inference/src/worker/testing/threadConnection.ts';
import { stackBytes } from '../../parity/graphs.ts';
import { interleaved, type Way } from '../interleaved.ts';

const INPUT = 16;
const LSTM = { seed: 1, input: INPUT, layers: [{ op: 'LSTM', hidden: 64 }] } as const;
const STATES = { states: { h0: 'hn', c0: 'cn' } };
const data = new Float32Array(INPUT).fill(0.1);
const feeds = { x: { data, shape: [1, 1, INPUT] } };

/** Each way to step, beside the run that it is measured against. */
interface Pair {
  readonly name: string;
  readonly model: Model;
  readonly ways: readonly [run: Way, push: Way];
}

export async function pushAgainstRun(): Promise<Record<string, number>> {
  const threads = [threadConnections(true), threadConnections(false)] as const;
  const [byRing, byMessage] = threads.map(({ connect }) =>
    modelLoader({ client: new ServiceClient(connect), resolve: String }),
  ) as [typeof loadModel, typeof loadModel];
  const pairs = [
    await pair('in-process, float32', loadModel, { int8: false }),
    await pair('in-process, int8', loadModel, { int8: true }),
    await pair('in-process, int8a7', loadModel, { int8: true, dtype: 'int8a7' }),
    await pair('in-process, int8a7, named states', loadModel, { int8: true, dtype: 'int8a7', named: true }),
    await pair('thread by ring, int8a7', byRing, { int8: true, dtype: 'int8a7' }),
    await pair('thread by message, int8a7', byMessage, { int8: true, dtype: 'int8a7' }),
  ];
  const times = await interleaved(pairs.flatMap(({ ways }) => ways));
  const figures: Record<string, number> = {};
  console.log('a step of LSTM 1x64, microseconds: model.run, stream.push, and their ratio');
  for (const { name, ways } of pairs) {
    const [run, push] = ways.map((way) => times.get(way.name)!.median) as [number, number];
    figures[`${name}, run, us`] = run;
    figures[`${name}, push, us`] = push;
    figures[`${name}, push against run`] = push / run;
    console.log(
      `${name.padEnd(34)}${run.toFixed(2).padStart(7)}${push.toFixed(2).padStart(8)}   ${(push / run).toFixed(2)}x`,
    );
  }
  await Promise.all(pairs.map(({ model }) => model.dispose()));
  await Promise.all(threads.flatMap(({ threads }) => threads).map((thread) => thread.terminate()));
  return figures;
}

async function pair(
  name: string,
  load: typeof loadModel,
  { int8, dtype, named }: { int8: boolean; dtype?: 'int8a7'; named?: boolean },
): Promise<Pair> {
  const model = await load(stackBytes({ ...LSTM, int8, ...(named && { states: true }) }), {
    engine: 'fused',
    dtype,
  });
  const stream = model.createStream(named ? STATES : {});
  const h = { data: new Float32Array(64), shape: [1, 1, 64] };
  const all = named ? { ...feeds, h0: h, c0: h } : feeds;
  return {
    ...{ name, model },
    ways: [
      { name: `${name}, run`, run: () => model.run(all) },
      { name: `${name}, push`, run: () => stream.push(data) },
    ],
  };
}
