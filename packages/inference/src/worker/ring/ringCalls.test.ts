/** Calls by ring against the host's side, here in one thread, and with a model in another. */
import { attr, type OnnxModel, RivuletError, writeOnnx } from '@rivulet/core';
import { afterEach, describe, expect, it } from 'vitest';
import { failure } from '../../testing/failure.ts';
import { halves, smallModel } from '../../testing/smallModel.ts';
import type { Connection } from '../api.ts';
import { ServiceClient } from '../client.ts';
import { threadConnections } from '../testing/threadConnection.ts';
import { type RingCaller, ringCaller } from './ringCaller.ts';
import { type RingHost, type ServedRings, serveRings } from './serveRings.ts';

async function here(host: RingHost): Promise<RingCaller> {
  let rings: ServedRings;
  const caller = ringCaller({
    async attachRings(there, back) {
      rings = serveRings(there, back, host);
      return true;
    },
    collect: async (number) => rings.collect(number),
  });
  expect(caller.call(1, 'early', []), 'before the host has its rings').toBeUndefined();
  await Promise.resolve();
  return caller;
}

const echo: RingHost = {
  direct: (_handle, method, args) => (method === 'now' ? args[0] : undefined),
  call: async (handle, _method, args) => ({ value: [handle, ...args] }),
};

describe('a call by ring', () => {
  it('is answered, at once or later, each with its own', async () => {
    const caller = await here(echo);
    const answers = Array.from({ length: 200 }, (_, i) =>
      i % 3 ? caller.call(i, 'now', [i]) : caller.call(i, 'later', [{ x: Float32Array.of(i) }]),
    );
    for (const [i, answer] of (await Promise.all(answers)).entries()) {
      expect(answer).toEqual({ value: i % 3 ? i : [i, { x: Float32Array.of(i) }] });
    }
    caller.end();
  });

  it('keeps an error what it is', async () => {
    const caller = await here({
      ...echo,
      direct() {
        throw new RivuletError('TENSOR_SHAPE', 'x is short', { got: [1, 2] });
      },
    });
    expect(await caller.call(1, 'run', [])).toEqual({
      error: { rivulet: true, code: 'TENSOR_SHAPE', message: 'x is short', details: { got: [1, 2] } },
    });
    caller.end();
  });

  it('has answers of any size and kind, and many of them', async () => {
    const caller = await here({
      ...echo,
      direct: (_handle, method) => (method === 'map' ? new Map([[1, 2]]) : new Float32Array(9000).fill(3)),
    });
    const answers = await Promise.all(
      Array.from({ length: 250 }, (_, i) => caller.call(1, i % 10 ? 'large' : 'map', [])),
    );
    for (const [i, answer] of answers.entries()) {
      expect(answer).toEqual({ value: i % 10 ? new Float32Array(9000).fill(3) : new Map([[1, 2]]) });
    }
    caller.end();
  });

  it('is none where it does not fit, or too many have no answer', async () => {
    const never = await here({ direct: () => undefined, call: () => new Promise(() => {}) });
    expect(never.call(1, 'f', [new Float32Array(20_000)])).toBeUndefined();
    expect(never.call(1, 'f', [() => 0])).toBeUndefined();
    const broken = {
      get shape(): number[] {
        throw new Error('no shape');
      },
    };
    expect(never.call(1, 'f', [broken])).toBeUndefined();
    let taken = 0;
    while (never.call(1, 'f', [taken])) taken++;
    expect(taken).toBe(256);
    never.end();
    const large = await here({ direct: () => undefined, call: () => new Promise(() => {}) });
    expect(large.call(1, 'f', [new Float32Array(15_000)])).toBeDefined();
    expect(large.call(1, 'f', [new Float32Array(15_000)])).toBeDefined();
    expect(large.call(1, 'f', [1])).toBeUndefined();
    large.end();
    expect(large.call(1, 'f', [1])).toBeUndefined();
  });
});

/**
 * A network of 256 units that takes each step 300 times and only tells its last state: a thousand steps of it
 * fit a ring and take seconds.
 */
function slowModel(): OnnxModel {
  const zeros = (name: string, shape: number[]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return { name, shape, type: 'float32', data: new Float32Array(size) } as const;
  };
  const attributes = { hidden_size: attr.int(256) };
  return {
    ...smallModel,
    graph: {
      ...smallModel.graph,
      nodes: [
        { op: 'Tile', inputs: ['x', 'times'], outputs: ['long'], attributes: {} },
        { op: 'LSTM', inputs: ['long', 'w', 'r'], outputs: ['', 'h'], attributes },
      ],
      initializers: [
        { name: 'times', shape: [3], type: 'int64', data: BigInt64Array.of(300n, 1n, 1n) },
        zeros('w', [1, 1024, 3]),
        zeros('r', [1, 1024, 256]),
      ],
      outputs: [{ name: 'h', type: 'float32', shape: [1, 'B', 256] }],
    },
  };
}

describe('a service in another thread', () => {
  const { threads, connect } = threadConnections();
  afterEach(async () => {
    await Promise.all(threads.map((thread) => thread.terminate()));
  });

  /** Opens a model, and tells how many of its calls went by ring. */
  async function opened(model = smallModel) {
    let byRing = 0;
    const client = new ServiceClient((): Connection => {
      const { ring, ...connection } = connect();
      return {
        ...connection,
        ring(...args) {
          const answer = ring!(...args);
          if (answer) byRing++;
          return answer;
        },
      };
    });
    const remote = await client.open('model', writeOnnx(model));
    while (byRing === 0) await remote.call('run', [halves(1)]);
    byRing = 0;
    return { remote, count: () => byRing };
  }

  it('is called by ring where nothing speaks against it, with the same results and errors', async () => {
    const { remote, count } = await opened();
    const { y } = await remote.call('run', [halves(3)]);
    expect(y!.shape).toEqual([3, 1, 1, 2]);
    expect(y!.data[0]).toBeCloseTo(Math.tanh(0.5), 6);
    expect(await failure(remote.call('run', [{}]))).toMatchObject({ code: 'ARGUMENT' });
    expect(count()).toBe(2);
    await remote.dispose();
    expect(await failure(remote.call('run', [halves(1)]))).toMatchObject({ code: 'DISPOSED' });
  });

  it('runs calls in their order, whichever way each goes', async () => {
    const { remote, count } = await opened();
    const { signal } = new AbortController();
    const done: number[] = [];
    const calls = Array.from({ length: 60 }, async (_, i) => {
      const steps = i % 10 === 4 ? 30_000 : 1 + (i % 3);
      const { y } = await remote.call('run', [halves(steps)], i % 10 === 7 ? { signal } : {});
      expect(y!.shape[0]).toBe(steps);
      done.push(i);
    });
    const disposing = remote.dispose();
    await Promise.all(calls);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(count()).toBeGreaterThan(0);
    await disposing;
  });

  it('that dies leaves nobody waiting, and is called by ring again in the next thread', async () => {
    const { remote, count } = await opened(slowModel());
    const outcome = (call: Promise<unknown>): Promise<string> =>
      call.then(
        () => 'answered',
        (error: { code: string }) => error.code,
      );
    // It keeps the thread busy by far longer than the calls behind it take to be made, by ring and by message.
    const long = outcome(remote.call('run', [halves(1000)]));
    const pending = Array.from({ length: 50 }, () => outcome(remote.call('run', [halves(2)])));
    const behind = outcome(remote.call('run', [halves(1)], { signal: new AbortController().signal }));
    expect(count()).toBeGreaterThan(1);
    await threads.at(-1)!.terminate();
    const ends = await Promise.all([long, ...pending, behind]);
    expect(ends.filter((end) => end !== 'WORKER_DIED')).toEqual([]);
    const before = count();
    while (count() === before) await remote.call('run', [halves(1)]);
    await remote.dispose();
  });
});
