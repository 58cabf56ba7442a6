/** Times of one call over the border and back, by message and by ring in turns. */
import { Model } from '../../../packages/inference/src/model.ts';
import type { Stream } from '../../../packages/inference/src/stream/stream.ts';
import type { Connection, HostApi } from '../../../packages/inference/src/worker/api.ts';
import { ServiceClient } from '../../../packages/inference/src/worker/client.ts';
import { ringCaller } from '../../../packages/inference/src/worker/ring/ringCaller.ts';
import { stackBytes } from '../../parity/graphs.ts';
import { interleaved } from '../interleaved.ts';

/** Microseconds a call. */
export type BorderTimes = Readonly<
  Record<'comlink' | 'ring' | 'run, comlink' | 'run, ring' | 'push, comlink' | 'push, ring', number>
>;

/**
 * @param echo the API of an echoHost
 * @param connect starts a host of models
 */
export async function borderTimes(echo: HostApi, connect: () => Connection): Promise<BorderTimes> {
  // A step of a stream: a few samples there, the state of a small layer back.
  const samples = new Float32Array(64).fill(0.5);
  const rings = ringCaller(echo);
  await echo.call(0, 1, 'echo', [samples]);
  while (!rings.call(1, 'echo', [samples])) await new Promise((resolve) => setTimeout(resolve, 1));

  const bytes = stackBytes({ seed: 1, input: 16, layers: [{ op: 'GRU', hidden: 64, direction: 'forward' }] });
  const x = { data: new Float32Array(16).fill(0.1), shape: [1, 1, 16] };
  const open = (byRing: boolean) => {
    const client = new ServiceClient(() => {
      const { ring, ...connection } = connect();
      return { ...connection, ...(byRing && ring && { ring }) };
    });
    return client.open('model', bytes, { engine: 'fused' });
  };
  const [byMessage, byRing] = [await open(false), await open(true)];
  const [messages, ringed] = [byMessage, byRing].map((remote) => new Model(remote).createStream()) as [
    Stream,
    Stream,
  ];
  const times = await interleaved([
    { name: 'comlink', run: () => echo.call(0, 1, 'echo', [samples]) },
    { name: 'ring', run: () => rings.call(1, 'echo', [samples])! },
    { name: 'run, comlink', run: () => byMessage.call('run', [{ x }]) },
    { name: 'run, ring', run: () => byRing.call('run', [{ x }]) },
    { name: 'push, comlink', run: () => messages.push(x.data) },
    { name: 'push, ring', run: () => ringed.push(x.data) },
  ]);
  await Promise.all([byMessage.dispose(), byRing.dispose()]);
  return Object.fromEntries([...times].map(([way, { fastest }]) => [way, fastest])) as BorderTimes;
}
