/** What people give streams, groups and runs beside their chunks: a coded error that names the value, and on. */
import { attr, writeOnnx } from '@rivulet/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Model } from '../model.ts';
import { loadModel } from '../node.ts';
import { modelLoader } from '../publicApi.ts';
import { halves, smallModel } from '../testing/smallModel.ts';
import { ServiceClient } from './client.ts';
import { threadConnections } from './testing/threadConnection.ts';

const state = (name: string) => ({ name, type: 'float32', shape: [1, 'B', 2] }) as const;
const { graph } = smallModel;
const named = writeOnnx({
  ...smallModel,
  graph: {
    ...graph,
    inputs: [...graph.inputs, state('h0')],
    nodes: [
      {
        op: 'RNN',
        inputs: ['x', 'w', 'r', '', '', 'h0'],
        outputs: ['y', 'hn'],
        attributes: { hidden_size: attr.int(2) },
      },
    ],
    outputs: [...graph.outputs, state('hn')],
  },
});
const chunk = new Float32Array(3).fill(0.5);
const zeros = { data: new Float32Array(2), shape: [1, 1, 2] };

describe.each(['in this process', 'in a thread, by ring', 'in a thread, by message'])(
  'a model %s',
  (where) => {
    const { connect, threads } = threadConnections(where.endsWith('ring'));
    const client = new ServiceClient(connect);
    const load = where.startsWith('in this') ? loadModel : modelLoader({ client, resolve: String });
    let model: Model;

    beforeAll(async () => {
      model = await load(named);
    });
    afterAll(async () => {
      await model.dispose();
      await Promise.all(threads.map((thread) => thread.terminate()));
    });

    it.each([5, 'soon', {}])('refuses the signal %s', async (signal) => {
      const options = { signal: signal as never };
      const code = { code: 'ARGUMENT', details: { signal: String(signal) } };
      const [stream, group, run] = [
        model.createStream(),
        model.createStreamGroup(1),
        model.createIncrementalRun(),
      ];
      const feeds = { ...halves(1), h0: zeros };
      await expect(load(named, options)).rejects.toMatchObject(code);
      for (const call of [
        () => model.run(feeds, options),
        () => stream.push(chunk, options),
        () => stream.run(halves(1), options),
        () => group.push(chunk, options),
        () => group.pushEach([chunk], options),
        () => run.push(chunk, options),
      ]) {
        await expect(call()).rejects.toMatchObject(code);
      }
      await expect(stream.push(chunk, null as never)).resolves.toMatchObject({ shape: [1, 2] });
      expect(await stream.steps()).toBe(1);
      await run.dispose();
    });

    it('refuses a snapshot whose memory was given away', async () => {
      const gone = await model.createStream().snapshot();
      structuredClone(gone, { transfer: [gone.buffer] });
      const refused = { code: 'SNAPSHOT_INVALID', details: { bytes: 0 } };
      await expect(model.restore(gone)).rejects.toMatchObject(refused);
      await expect(model.createStreamGroup(1).join(gone)).rejects.toMatchObject(refused);
    });

    it.each([
      [{ initial: 5 }, {}],
      [{ initial: { h0: 5 } }, { input: 'h0' }],
      [{ initial: { h0: { data: [0, 0], shape: [1, 1, 2] } } }, { input: 'h0' }],
      [{ initial: { h0: { ...zeros, data: Float32Array.of(0, Number.NaN) } } }, { input: 'h0', index: 1 }],
      [{ initial: { h0: { ...zeros, data: new Int32Array(2) } } }, {}],
      [{ initial: { x: zeros } }, { input: 'x' }],
      [{ timeAxis: 2 }, { timeAxis: 2 }],
      [{ timeAxis: '0' }, { timeAxis: '0' }],
      [{ states: 5 }, { states: '5' }],
      [{ states: 10n }, { states: '10' }],
      [{ states: ['h0'] }, { states: 'h0' }],
      [{ states: { h0: 5 } }, {}],
    ])('refuses to begin a stream with %o', async (options, details) => {
      const code = { code: 'ARGUMENT', details };
      for (const states of [{ states: { h0: 'hn' } }, {}]) {
        if ('timeAxis' in options && !('states' in states)) continue;
        const all = { ...states, ...options } as never;
        await expect(model.createStream(all).push(chunk)).rejects.toMatchObject(code);
        await expect(model.createStreamGroup(2, all).push(new Float32Array(6))).rejects.toMatchObject(code);
      }
      await expect(model.createStream().push(chunk)).resolves.toBeDefined();
    });

    it('refuses what are no chunks and no snapshots of a group, and leaves it as it was', async () => {
      const group = model.createStreamGroup(1);
      for (const chunks of [null, undefined, 5, {}, 'ab', chunk, new Map()]) {
        await expect(group.pushEach(chunks as never)).rejects.toMatchObject({ code: 'ARGUMENT' });
      }
      const two = model.createStreamGroup(2);
      for (const other of [new Int32Array(3), new BigInt64Array(3), new Float64Array(3)]) {
        await expect(two.pushEach([chunk, other])).rejects.toMatchObject({
          code: 'ARGUMENT',
          details: { sequence: 1, expected: 'Float32Array', got: other.constructor.name },
        });
      }
      for (const none of [0, Number.NaN, '', false]) {
        await expect(group.pushEach([none as never])).rejects.toMatchObject({ code: 'ARGUMENT' });
      }
      for (const snapshot of [null, 0, Number.NaN, '', {}]) {
        await expect(group.join(snapshot as never)).rejects.toMatchObject({ code: 'ARGUMENT' });
      }
      expect(await group.sequences()).toEqual([0]);
    });

    it.each([null, 5, 'h0'])('refuses the options %s', async (options) => {
      const refused = { code: 'ARGUMENT', details: { options: String(options) } };
      const [none, bytes] = [options as never, await model.createStream().snapshot()];
      for (const create of [
        () => model.createStream(none),
        () => model.createStreamGroup(1, none),
        () => model.createIncrementalRun(none),
      ]) {
        expect(create).toThrow(expect.objectContaining(refused));
      }
      await expect(model.restore(bytes, none)).rejects.toMatchObject(refused);
    });

    it('refuses a chunk whose memory was given away', async () => {
      const gone = chunk.slice();
      structuredClone(gone, { transfer: [gone.buffer] });
      const [stream, run] = [model.createStream(), model.createIncrementalRun()];
      await stream.push(chunk);
      for (const call of [stream.push(gone), model.createStream().push(gone), run.push(gone)]) {
        await expect(call).rejects.toMatchObject({ code: 'TENSOR_SHAPE' });
      }
      await run.dispose();
    });
  },
);

it('restores nothing once its model is disposed', async () => {
  const model = await loadModel(named);
  const stream = model.createStream();
  await stream.push(chunk);
  const snapshot = await stream.snapshot();
  await model.dispose();
  await expect(model.restore(snapshot)).rejects.toMatchObject({ code: 'DISPOSED' });
});
