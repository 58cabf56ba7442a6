/** Aborting at any moment of a load and of a call, over the border and without one: it ends, and the next call works. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { type RivuletError, writeOnnx } from '@rivulet/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFileBytes } from '../load/readFileBytes.ts';
import { halves, smallModel } from '../testing/smallModel.ts';
import type { Connection, HostApi, ModelService, OpenOptions, Remote } from './api.ts';
import { ServiceClient } from './client.ts';
import { localConnection } from './localConnection.ts';
import { threadConnections } from './testing/threadConnection.ts';

const bytes = writeOnnx(smallModel);
let folder: string;
let path: string;
const threads: Worker[][] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rivulet-'));
  path = join(folder, 'small.onnx');
  await writeFile(path, bytes);
});
afterAll(async () => {
  await Promise.all(threads.flat().map((thread) => thread.terminate()));
  await rm(folder, { recursive: true });
});

const thread = (byRing: boolean) => () => {
  const connections = threadConnections(byRing);
  threads.push(connections.threads);
  return connections.connect;
};
const PLACES = [
  ['in this process', () => () => localConnection(readFileBytes)],
  ['in another thread, by message', thread(false)],
  ['in another thread, by ring', thread(true)],
] as const;

/** Turns of the event loop or milliseconds, most of them while the work is under way. */
const MOMENTS = [-1, 0, 0, 0, ...Array.from({ length: 28 }, (_, i) => (i * i) / 100)];

/** Aborts at that moment: -1 before anything, 0 after some microtasks, else after so many milliseconds. */
function abortedAt(moment: number, index: number): AbortSignal {
  const controller = new AbortController();
  const abort = (): void => controller.abort(new Error('no longer wanted'));
  const soon = async (turns: number): Promise<void> => {
    for (let i = 0; i < turns; i++) await undefined;
    abort();
  };
  if (moment < 0) abort();
  else if (moment === 0) void soon(index * 3);
  else setTimeout(abort, moment);
  return controller.signal;
}

const SLOW_MS = 4;

/** A host's connections that tell which services were opened on it and never closed. */
function watched(connect: () => Connection): { readonly client: ServiceClient; readonly open: Set<number> } {
  const open = new Set<number>();
  const client = new ServiceClient(() => {
    const connection = connect();
    const { api } = connection;
    const seen: Partial<HostApi> = {
      async open(...args) {
        const answer = await api.open(...args);
        if ('value' in answer) open.add(answer.value.handle);
        // As on a busy page: the order to abort crosses an answer that is on its way.
        await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
        return answer;
      },
      close(handle) {
        open.delete(handle);
        return api.close(handle);
      },
    };
    const get = (_: HostApi, key: keyof HostApi) => seen[key] ?? api[key];
    return { ...connection, api: new Proxy(api, { get: get as ProxyHandler<HostApi>['get'] & object }) };
  });
  return { client, open };
}

/** `done`, or the code of the only error that there may be. */
const outcome = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: RivuletError) => error.code,
  );

describe.each(PLACES)('a service %s', (_name, connections) => {
  const open = (client: ServiceClient, options?: OpenOptions, source: string | Uint8Array = path) =>
    client.open('model', source, options);
  const works = async (remote: Remote<ModelService>): Promise<void> => {
    const { y } = await remote.call('run', [halves(2)]);
    expect(y!.data[0]).toBeCloseTo(Math.tanh(0.5), 6);
  };

  it('loads after loads that were aborted at any moment, and leaves none of them open', async () => {
    const { client, open: held } = watched(connections());
    const opened: Remote<ModelService>[] = [];
    const outcomes: string[] = [];
    for (const [index, moment] of MOMENTS.entries()) {
      const source = index % 2 ? path : bytes;
      const loading = open(client, { signal: abortedAt(moment, index) }, source);
      loading.then((remote) => opened.push(remote)).catch(() => {});
      outcomes.push(await outcome(loading));
    }
    expect(outcomes[0]).toBe('ABORTED');
    expect(outcomes.filter((what) => what !== 'done' && what !== 'ABORTED')).toEqual([]);
    const remote = await open(client);
    await works(remote);
    for (const each of [...opened, remote]) await each.dispose();
    await expect.poll(() => [...held]).toEqual([]);
  });

  it('answers after calls that were aborted at any moment, in their order', async () => {
    const client = new ServiceClient(connections());
    const remote = await open(client);
    const long = halves(20_000);
    const outcomes: Promise<string>[] = [];
    for (const [index, moment] of MOMENTS.entries()) {
      outcomes.push(outcome(remote.call('run', [long], { signal: abortedAt(moment, index) })));
      if (index % 5 === 0) outcomes.push(outcome(works(remote)));
    }
    const all = await Promise.all(outcomes);
    expect(all[0]).toBe('ABORTED');
    expect(all.filter((what) => what !== 'done' && what !== 'ABORTED')).toEqual([]);
    await works(remote);
    await remote.dispose();
  });
});
