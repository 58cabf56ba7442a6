/** Streams over a worker's border, beside the same streams in this process. */
import { once } from 'node:events';
import { attr, writeOnnx } from '@rivulet/core';
import { expect, it } from 'vitest';
import { loadModel } from '../node.ts';
import { modelLoader } from '../publicApi.ts';
import { smallModel } from '../testing/smallModel.ts';
import { ServiceClient } from '../worker/client.ts';
import { threadConnections } from '../worker/testing/threadConnection.ts';

/** y depends on the steps before: the state comes back to both units. */
const model = structuredClone(smallModel);
const weights = model.graph.initializers.find(({ name }) => name === 'r')!;
(weights.data as Float32Array).set([0.5, -0.3, 0.2, 0.7]);
const bytes = writeOnnx(model);

const steps = (count: number, first = 0): Float32Array =>
  Float32Array.from({ length: count * 3 }, (_, i) => Math.sin(first * 3 + i));

it('writes the same bytes as this process, and each goes on from the other', async () => {
  const { connect, threads } = threadConnections();
  const there = await modelLoader({ client: new ServiceClient(connect), resolve: String })(bytes);
  const here = await loadModel(bytes);
  const [a, b] = [here.createStream(), there.createStream()];
  expect(await b.push(steps(5))).toEqual(await a.push(steps(5)));
  const snapshot = await a.snapshot();
  expect(await b.snapshot()).toEqual(snapshot);
  const [c, d] = [await there.restore(snapshot), await here.restore(await b.snapshot())];
  const next = await a.push(steps(4, 5));
  for (const stream of [b, c, d]) expect(await stream.push(steps(4, 5))).toEqual(next);
  await expect(there.restore(snapshot.subarray(1))).rejects.toMatchObject({ code: 'SNAPSHOT_INVALID' });
  await Promise.all([here.dispose(), there.dispose()]);
  await threads[0]!.terminate();
});

it('goes on where it was when its worker died', async () => {
  const { connect, threads } = threadConnections();
  const there = await modelLoader({ client: new ServiceClient(connect), resolve: String })(bytes);
  const here = await loadModel(bytes);
  const [stream, calm] = [there.createStream(), here.createStream()];
  expect(await stream.push(steps(5))).toEqual(await calm.push(steps(5)));
  await threads[0]!.terminate();
  // A push that still meets the dead one fails and changes nothing; the next finds the model loaded again.
  const next = await stream.push(steps(4, 5)).catch((error) => {
    expect(error).toMatchObject({ code: 'WORKER_DIED' });
    return stream.push(steps(4, 5));
  });
  expect(next).toEqual(await calm.push(steps(4, 5)));
  expect(threads).toHaveLength(2);
  await Promise.all([here.dispose(), there.dispose()]);
  await threads[1]!.terminate();
});

it('begins an incremental run anew when its worker died, from all its input', async () => {
  const { connect, threads } = threadConnections();
  const nodes = model.graph.nodes.map((node) => ({
    ...node,
    attributes: { ...node.attributes, direction: attr.string('reverse') },
  }));
  const reversed = writeOnnx({ ...model, graph: { ...model.graph, nodes } });
  const there = await modelLoader({ client: new ServiceClient(connect), resolve: String })(reversed);
  const here = await loadModel(reversed);
  const [run, calm] = [there.createIncrementalRun(), here.createIncrementalRun()];
  expect(await run.push(steps(20))).toEqual(await calm.push(steps(20)));
  await threads[0]!.terminate();
  const next = await run.push(steps(4, 20)).catch((error) => {
    expect(error).toMatchObject({ code: 'WORKER_DIED' });
    return run.push(steps(4, 20));
  });
  expect(next).toEqual(await calm.push(steps(4, 20)));
  expect(next.output.shape).toEqual([24, 2]);
  await Promise.all([here.dispose(), there.dispose()]);
  await threads[1]!.terminate();
});

it('forks a stream that has not begun, though its worker dies', async () => {
  const { connect, threads } = threadConnections();
  const there = await modelLoader({ client: new ServiceClient(connect), resolve: String })(bytes);
  const here = await loadModel(bytes);
  const stream = there.createStream();
  const fork = stream.fork();
  const first = fork.push(steps(1));
  await threads[0]!.terminate();
  await expect(first).rejects.toMatchObject({ code: 'WORKER_DIED' });
  const wanted = await here.createStream().push(steps(2));
  expect(await fork.push(steps(2))).toEqual(wanted);
  // What came later to the one is not the other's.
  expect(await stream.push(steps(2))).toEqual(wanted);
  expect(await fork.fork().steps()).toBe(2);
  await Promise.all([here.dispose(), there.dispose()]);
  await threads[1]!.terminate();
});

it('ends an incremental run whose worker died, and loads nothing for that', async () => {
  const { connect, threads } = threadConnections();
  const there = await modelLoader({ client: new ServiceClient(connect), resolve: String })(bytes);
  const run = there.createIncrementalRun();
  await run.push(steps(2));
  const died = once(threads[0]!, 'exit');
  await threads[0]!.terminate();
  await died;
  await run.dispose();
  expect(threads).toHaveLength(1);
  await there.dispose();
});
