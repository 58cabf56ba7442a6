/**
 * The border with a host in another thread: a real one, Node's, since comlink speaks to either kind. What only a
 * browser has (module workers, locks) is the end-to-end tests' part.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { attr, type OnnxModel, RivuletError, writeOnnx } from '@rivulet/core';
import * as Comlink from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Connection, HostApi } from './api.ts';
import { ServiceClient } from './client.ts';

const threads: Worker[] = [];

function threadConnection(): Connection {
  const worker = new Worker(new URL('./testing/threadHost.ts', import.meta.url));
  threads.push(worker);
  const api = Comlink.wrap<HostApi>(nodeEndpoint(worker)) as unknown as HostApi;
  return {
    api,
    callback: (f) => Comlink.proxy(f),
    onDeath: (listener) => void worker.once('exit', () => listener('exit')),
    end: () => void worker.terminate(),
  };
}

/** x [T, B, 3] -> y: an RNN of 2 units, and enough steps make a call that takes a while. */
const model: OnnxModel = {
  irVersion: 10,
  opset: 21,
  graph: {
    name: 'small',
    nodes: [
      {
        op: 'RNN',
        inputs: ['x', 'w', 'r'],
        outputs: ['y'],
        attributes: { hidden_size: attr.int(2) },
      },
    ],
    initializers: [
      { name: 'w', shape: [1, 2, 3], type: 'float32', data: Float32Array.of(1, 0, 0, 0, 1, 0) },
      { name: 'r', shape: [1, 2, 2], type: 'float32', data: new Float32Array(4) },
    ],
    inputs: [{ name: 'x', type: 'float32', shape: ['T', 'B', 3] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['T', 1, 'B', 2] }],
  },
};
const x = (steps: number) => ({ x: { data: new Float32Array(steps * 3).fill(0.5), shape: [steps, 1, 3] } });

let folder: string;
let path: string;
let client: ServiceClient;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rivulet-'));
  path = join(folder, 'small.onnx');
  await writeFile(path, writeOnnx(model));
});
beforeEach(() => {
  threads.length = 0;
  client = new ServiceClient(threadConnection);
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
    const { y } = await remote.call('run', [x(2)]);
    expect(y!.shape).toEqual([2, 1, 1, 2]);
    expect(y!.data[0]).toBeCloseTo(Math.tanh(0.5), 6);
    expect(progress).toEqual([
      { file: path, loadedBytes: expect.any(Number), totalBytes: expect.any(Number) },
    ]);
    const wrong = remote.call('run', [{ x: { data: new Float32Array(4), shape: [1, 1, 4] } }]);
    await expect(wrong).rejects.toBeInstanceOf(RivuletError);
    await expect(wrong).rejects.toMatchObject({
      code: 'TENSOR_SHAPE',
      details: { input: 'x', got: [1, 1, 4] },
    });
    await remote.dispose();
    expect(await codeOf(remote.call('run', [x(1)]))).toBe('DISPOSED');
  });

  it('rejects what is pending when it dies, and loads again on the next call', async () => {
    const remote = await client.open('model', path);
    const pending = [remote.call('run', [x(2_000_000)]), remote.call('run', [x(1)])].map(codeOf);
    await threads[0]!.terminate();
    expect(await Promise.all(pending)).toEqual(['WORKER_DIED', 'WORKER_DIED']);
    const { y } = await remote.call('run', [x(1)]);
    expect(y!.data[0]).toBeCloseTo(Math.tanh(0.5), 6);
    expect(threads).toHaveLength(2);
    await remote.dispose();
  });

  it('tries again after a reload that failed', async () => {
    const gone = join(folder, 'gone.onnx');
    await writeFile(gone, writeOnnx(model));
    const remote = await client.open('model', gone);
    await threads[0]!.terminate();
    await rm(gone);
    expect(await codeOf(remote.call('run', [x(1)]))).toBe('MODEL_NOT_FOUND');
    await writeFile(gone, writeOnnx(model));
    expect(await codeOf(remote.call('run', [x(1)]))).toBe('fulfilled');
    await remote.dispose();
  });

  it('forgets a load that failed', async () => {
    const later = join(folder, 'later.onnx');
    expect(await codeOf(client.open('model', later))).toBe('MODEL_NOT_FOUND');
    await writeFile(later, 'no model');
    expect(await codeOf(client.open('model', later))).toBe('ONNX_PARSE');
    await writeFile(later, writeOnnx(model));
    const remote = await client.open('model', later);
    await remote.dispose();
  });

  it('aborts a call at once, and the calls behind it still run', async () => {
    const remote = await client.open('model', path);
    const controller = new AbortController();
    const slow = remote.call('run', [x(1_000_000)]);
    const aborted = codeOf(remote.call('run', [x(1)], { signal: controller.signal }));
    const last = codeOf(remote.call('run', [x(1)]));
    controller.abort();
    expect(await aborted).toBe('ABORTED');
    expect(await codeOf(slow)).toBe('fulfilled');
    expect(await last).toBe('fulfilled');
    expect(await codeOf(client.open('model', path, { signal: AbortSignal.abort() }))).toBe('ABORTED');
    await remote.dispose();
  });

  it('ends the thread when its last service is gone', async () => {
    const [one, two] = [await client.open('model', path), await client.open('model', path)];
    const exit = new Promise((resolve) => threads[0]!.once('exit', resolve));
    await one.dispose();
    expect(await codeOf(two.call('run', [x(1)]))).toBe('fulfilled');
    await two.dispose();
    await exit;
    expect(threads).toHaveLength(1);
  });
});
