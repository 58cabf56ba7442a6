/**
 * The border with a host in another thread: a real one, Node's, since comlink speaks to either kind. What only a
 * browser has (module workers, locks) is the end-to-end tests' part.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { RivuletError, writeOnnx } from '@rivulet/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { failure } from '../testing/failure.ts';
import { halves, smallModel } from '../testing/smallModel.ts';
import { ServiceClient } from './client.ts';
import { localConnection } from './localConnection.ts';
import { ENDLESS, FATAL } from './testing/locations.ts';
import { threadConnections } from './testing/threadConnection.ts';

const bytes = writeOnnx(smallModel);

let folder: string;
let path: string;
let threads: Worker[];
let client: ServiceClient;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rivulet-'));
  path = join(folder, 'small.onnx');
  await writeFile(path, bytes);
});
beforeEach(() => {
  const connections = threadConnections();
  threads = connections.threads;
  client = new ServiceClient(connections.connect);
});
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(threads.map((thread) => thread.terminate()));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'fulfilled',
    (error) => (error instanceof RivuletError ? error.code : `not coded: ${error}`),
  );

describe('a service in another thread', () => {
  it('runs, reports progress, and keeps errors what they are', async () => {
    const progress: unknown[] = [];
    const remote = await client.open('model', path, { onProgress: (p) => progress.push(p) });
    const { y } = await remote.call('run', [halves(2)]);
    expect(y!.shape).toEqual([2, 1, 1, 2]);
    expect(y!.data[0]).toBeCloseTo(Math.tanh(0.5), 6);
    await expect
      .poll(() => progress)
      .toEqual([{ file: path, loadedBytes: bytes.length, totalBytes: bytes.length }]);
    const wrong = remote.call('run', [{ x: { data: new Float32Array(4), shape: [1, 1, 4] } }]);
    expect(await failure(wrong)).toMatchObject({
      code: 'TENSOR_SHAPE',
      details: { input: 'x', got: [1, 1, 4] },
    });
    await remote.dispose();
    expect(await codeOf(remote.call('run', [halves(1)]))).toBe('DISPOSED');
  });

  it('forgets a load that failed', async () => {
    const later = join(folder, 'later.onnx');
    expect(await codeOf(client.open('model', later))).toBe('MODEL_NOT_FOUND');
    await writeFile(later, 'no model');
    expect(await codeOf(client.open('model', later))).toBe('ONNX_PARSE');
    await writeFile(later, bytes);
    const remote = await client.open('model', later);
    await remote.dispose();
  });

  it('answers calls that overlap each with its own result', async () => {
    const [one, two] = await Promise.all([client.open('model', path), client.open('model', bytes)]);
    const calls = Array.from({ length: 40 }, async (_, i) => {
      const shape = [1 + (i % 11), 1, 3];
      const data = new Float32Array(shape[0]! * 3).fill(i / 40);
      const { y } = await (i % 2 ? one : two).call('run', [{ x: { data, shape } }]);
      expect(y!.shape).toEqual([shape[0], 1, 1, 2]);
      expect(y!.data.at(-1)).toBeCloseTo(Math.tanh(i / 40), 6);
    });
    await Promise.all(calls);
    expect(threads).toHaveLength(1);
    await Promise.all([one.dispose(), two.dispose()]);
  });

  it('names an argument that cannot cross, and goes on', async () => {
    const remote = await client.open('model', path);
    const odd = { x: { data: (() => 0) as never, shape: [1] } };
    expect(await failure(remote.call('run', [odd]))).toMatchObject({ code: 'ARGUMENT' });
    expect(await codeOf(remote.call('run', [halves(1)]))).toBe('fulfilled');
    await remote.dispose();
  });

  it('ends the thread a while after its last service is gone, however often one is disposed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const [one, two] = [await client.open('model', path), await client.open('model', path)];
    const busy = codeOf(one.call('run', [halves(500_000)]));
    await Promise.all([one.dispose(), one.dispose()]);
    await one.dispose();
    expect(await busy, 'a call that was made before').toBe('fulfilled');
    expect(await codeOf(one.call('run', [halves(1)]))).toBe('DISPOSED');
    vi.advanceTimersByTime(10_000);
    expect(await codeOf(two.call('run', [halves(1)]))).toBe('fulfilled');
    await two.dispose();
    const three = await client.open('model', path);
    vi.advanceTimersByTime(10_000);
    expect(await codeOf(three.call('run', [halves(1)]))).toBe('fulfilled');
    expect(threads).toHaveLength(1);
    const exit = new Promise((resolve) => threads[0]!.once('exit', resolve));
    await three.dispose();
    vi.advanceTimersByTime(10_000);
    await exit;
    const again = await client.open('model', path);
    expect(threads).toHaveLength(2);
    await again.dispose();
  });
});

describe('a thread that dies', () => {
  it('rejects what is pending, and loads again on the next call', async () => {
    const remote = await client.open('model', path);
    const pending = [remote.call('run', [halves(2_000_000)]), remote.call('run', [halves(1)])].map(codeOf);
    await threads[0]!.terminate();
    expect(await Promise.all(pending)).toEqual(['WORKER_DIED', 'WORKER_DIED']);
    const { y } = await remote.call('run', [halves(1)]);
    expect(y!.data[0]).toBeCloseTo(Math.tanh(0.5), 6);
    expect(threads).toHaveLength(2);
    await remote.dispose();
  });

  it('takes a model given as bytes with it into the next one', async () => {
    const remote = await client.open('model', bytes);
    await threads[0]!.terminate();
    expect(await codeOf(remote.call('run', [halves(1)]))).toBe('fulfilled');
    await remote.dispose();
  });

  it('by an error that nobody caught: who waits is told it, others load again', async () => {
    const remote = await client.open('model', path);
    expect(await failure(client.open('model', FATAL))).toMatchObject({
      code: 'WORKER_DIED',
      details: { reason: 'Error: thrown in the worker' },
    });
    const both = await Promise.all([remote.call('run', [halves(1)]), remote.call('run', [halves(2)])]);
    expect(both.map(({ y }) => y!.shape[0])).toEqual([1, 2]);
    expect(threads).toHaveLength(2);
    await remote.dispose();
  });

  it('while a model is being loaded', async () => {
    const remote = await client.open('model', path);
    const opening = codeOf(client.open('model', ENDLESS));
    await threads[0]!.terminate();
    expect(await opening).toBe('WORKER_DIED');
    expect(await codeOf(remote.call('run', [halves(1)]))).toBe('fulfilled');
    await remote.dispose();
  });

  it('tries again after a reload that failed', async () => {
    const gone = join(folder, 'gone.onnx');
    await writeFile(gone, bytes);
    const remote = await client.open('model', gone);
    await threads[0]!.terminate();
    await rm(gone);
    expect(await codeOf(remote.call('run', [halves(1)]))).toBe('MODEL_NOT_FOUND');
    await writeFile(gone, bytes);
    expect(await codeOf(remote.call('run', [halves(1)]))).toBe('fulfilled');
    await remote.dispose();
  });

  it('is no obstacle to disposing', async () => {
    const remote = await client.open('model', path);
    await threads[0]!.terminate();
    await remote.dispose();
    expect(await codeOf(remote.call('run', [halves(1)]))).toBe('DISPOSED');
    expect(threads).toHaveLength(1);

    const busy = await client.open('model', path);
    const pending = codeOf(busy.call('run', [halves(2_000_000)]));
    const disposing = busy.dispose();
    await threads[1]!.terminate();
    expect(await pending).toBe('WORKER_DIED');
    await disposing;
  });
});

describe('an AbortSignal', () => {
  it('ends a call at once, and the calls behind it still run', async () => {
    const remote = await client.open('model', path);
    const controller = new AbortController();
    const slow = remote.call('run', [halves(1_000_000)]);
    const aborted = failure(remote.call('run', [halves(1)], { signal: controller.signal }));
    const last = codeOf(remote.call('run', [halves(1)]));
    controller.abort('not wanted');
    expect(await aborted).toMatchObject({ code: 'ABORTED', cause: 'not wanted' });
    expect(await codeOf(slow)).toBe('fulfilled');
    expect(await last).toBe('fulfilled');
    expect(await codeOf(remote.call('run', [halves(1)], { signal: AbortSignal.abort() }))).toBe('ABORTED');
    expect(await codeOf(client.open('model', path, { signal: AbortSignal.abort() }))).toBe('ABORTED');
    await remote.dispose();
  });

  it('does not wait for a model that is being loaded again', async () => {
    const remote = await client.open('model', path);
    await threads[0]!.terminate();
    const controller = new AbortController();
    const call = codeOf(remote.call('run', [halves(1)], { signal: controller.signal }));
    const before = performance.now();
    controller.abort();
    expect(await call).toBe('ABORTED');
    // A thread takes longer to start than this.
    expect(performance.now() - before).toBeLessThan(20);
    expect(await codeOf(remote.call('run', [halves(1)]))).toBe('fulfilled');
    await remote.dispose();
  });

  it('closes a model that was loaded while the order was on its way', async () => {
    const { api, ...connection } = localConnection(async () => bytes);
    const opened = Promise.withResolvers<void>();
    const closed: number[] = [];
    const slow = new ServiceClient(() => ({
      ...connection,
      api: {
        ...api,
        open: async (...args) => {
          const answer = await api.open(...args);
          opened.resolve();
          // The answer is under way for a while, as over a border.
          await new Promise((resolve) => setTimeout(resolve, 20));
          return answer;
        },
        close: (handle) => {
          closed.push(handle);
          return api.close(handle);
        },
      },
    }));
    const controller = new AbortController();
    const opening = codeOf(slow.open('model', 'anywhere', { signal: controller.signal }));
    await opened.promise;
    controller.abort();
    expect(await opening).toBe('ABORTED');
    await expect.poll(() => closed, { timeout: 10_000 }).toEqual([1]);
  });
});

it('says so when no worker can be started', async () => {
  const forbidden = new ServiceClient(() => {
    throw new DOMException('forbidden by policy', 'SecurityError');
  });
  expect(await failure(forbidden.open('model', path))).toMatchObject({
    code: 'ENGINE_UNAVAILABLE',
    details: { reason: 'SecurityError: forbidden by policy' },
  });
});
