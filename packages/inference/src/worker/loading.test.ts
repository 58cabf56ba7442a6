/**
 * Loads that go wrong first, or that need no network any more: from a real server to a real thread, with a `fetch`
 * and a cache of the caller's.
 */
import { createHash } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeOnnx } from '@rivulet/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Fetch } from '../load/fetchBytes.ts';
import type { ModelCache } from '../load/modelCache.ts';
import type { LoadProgress } from '../load/modelFolder.ts';
import { failure } from '../testing/failure.ts';
import { naiveManifest, naiveNetwork } from '../testing/naiveForecaster.ts';
import { halves, smallModel } from '../testing/smallModel.ts';
import type { OpenOptions } from './api.ts';
import { ServiceClient } from './client.ts';
import { threadConnections } from './testing/threadConnection.ts';

const small = writeOnnx(smallModel);
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

interface Version {
  readonly manifest: string;
  readonly weights: Uint8Array;
}

function versionOf(version: string): Version {
  // Another name for the graph makes other bytes of the same length.
  const model = naiveNetwork();
  const weights = writeOnnx({ ...model, graph: { ...model.graph, name: version } });
  const file = { path: 'model.onnx', bytes: weights.length, sha256: hashOf(weights) };
  const files = { float32: file, int8: file, parity: file };
  return { manifest: JSON.stringify(naiveManifest({ version, files })), weights };
}

const [one, two] = [versionOf('1.0.0'), versionOf('2.0.0')];

const serve =
  ({ manifest, weights }: Version): RequestListener =>
  ({ url = '' }, response) => {
    if (url.endsWith('/manifest.json')) response.end(manifest);
    else if (url.endsWith('/model.onnx')) response.end(weights);
    else if (url.endsWith('/small.onnx')) response.end(small);
    else response.writeHead(404).end();
  };

let server: Server;
let base: string;
let answer: RequestListener;
let fetched: string[];
const { threads, connect } = threadConnections();
const client = new ServiceClient(connect);
beforeAll(async () => {
  server = createServer((request, response) => {
    fetched.push(request.url!.slice(1));
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
beforeEach(() => {
  fetched = [];
  answer = serve(one);
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await Promise.all(threads.map((thread) => thread.terminate()));
});

const offline: RequestListener = (request) => void request.socket.destroy();

/** A cache as somebody may write it, with the versions that it was given by address. */
function mapCache(): ModelCache & { readonly held: Map<string, [string | undefined, Uint8Array]> } {
  const held = new Map<string, [string | undefined, Uint8Array]>();
  return {
    held,
    async get(location, sha256) {
      const [version, bytes] = held.get(location) ?? [];
      return version === sha256 ? bytes : undefined;
    },
    async put(location, bytes, sha256) {
      held.set(location, [sha256, bytes]);
    },
  };
}

async function forecast(options: OpenOptions): Promise<void> {
  const remote = await client.open('forecaster', base, options);
  const { median } = await remote.call('predict', [{ y: [1, 2, 1, 2, 1, 2, 1, 2], horizon: 2, season: 2 }]);
  expect(median[0]).toBeCloseTo(1, 3);
  await remote.dispose();
}

async function runSmall(options: OpenOptions): Promise<void> {
  const remote = await client.open('model', `${base}small.onnx`, options);
  const { y } = await remote.call('run', [halves(1)]);
  expect(y!.data[0]).toBeCloseTo(Math.tanh(0.5), 6);
  await remote.dispose();
}

describe('a failure that may pass', () => {
  it.each([
    [
      'a line that breaks off',
      ((_request, response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('half', () => response.destroy());
      }) as RequestListener,
    ],
    ['503', ((_request, response) => response.writeHead(503).end()) as RequestListener],
  ])('%s: two more attempts', async (_name, failing) => {
    let failures = 2;
    answer = (request, response) => (failures-- > 0 ? failing : serve(one))(request, response);
    await runSmall({});
    expect(fetched).toEqual(['small.onnx', 'small.onnx', 'small.onnx']);
  });

  it('stays a failure when it does not', async () => {
    answer = (_request, response) => response.writeHead(503).end();
    expect(await failure(client.open('model', `${base}small.onnx`))).toMatchObject({
      code: 'MODEL_FETCH',
      details: { status: 503 },
    });
    expect(fetched).toHaveLength(3);
  });

  it.each([404, 403])('%i will not', async (status) => {
    answer = (_request, response) => response.writeHead(status).end();
    expect(await failure(client.open('model', `${base}small.onnx`))).toMatchObject({ details: { status } });
    expect(fetched).toHaveLength(1);
  });

  it('is not waited for once the load is aborted', async () => {
    const controller = new AbortController();
    answer = (request, response) => {
      offline(request, response);
      setTimeout(() => controller.abort(), 20);
    };
    const opening = client.open('model', `${base}small.onnx`, { signal: controller.signal });
    expect(await failure(opening)).toMatchObject({ code: 'ABORTED' });
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(fetched).toHaveLength(1);
  });
});

it('weights that a cache on the way still has from the release before are asked for afresh', async () => {
  const asked: (string | undefined)[] = [];
  answer = ({ url, headers }, response) => {
    if (!url!.endsWith('/model.onnx')) return serve(two)({ url } as never, response as never);
    asked.push(headers['cache-control']);
    response.end(headers['cache-control'] === 'no-cache' ? two.weights : one.weights);
  };
  await forecast({
    fetch: (location, { cache, ...init }) =>
      fetch(location, { ...init, ...(cache && { headers: { 'cache-control': cache } }) }),
  });
  expect(asked).toEqual([undefined, 'no-cache']);
});

describe('a cache', () => {
  it('spares the weights, and the network altogether where there is none', async () => {
    const cache = mapCache();
    await forecast({ cache });
    expect(fetched).toEqual(['manifest.json', 'model.onnx']);
    const progress: LoadProgress[] = [];
    await forecast({ cache, onProgress: (p) => progress.push(p) });
    expect(fetched.slice(2)).toEqual(['manifest.json']);
    const size = one.weights.length;
    await expect.poll(() => progress).toEqual([{ file: 'model.onnx', loadedBytes: size, totalBytes: size }]);
    answer = offline;
    await forecast({ cache });
  });

  it('gives way to a new version, and keeps the old one until the new one is whole', async () => {
    const cache = mapCache();
    await forecast({ cache });
    answer = (request, response) =>
      (request.url!.endsWith('/model.onnx') ? offline : serve(two))(request, response);
    expect(await failure(client.open('forecaster', base, { cache }))).toMatchObject({ code: 'MODEL_FETCH' });
    answer = offline;
    await forecast({ cache });
    answer = serve(two);
    await forecast({ cache });
    await expect.poll(() => cache.held.get(`${base}model.onnx`)?.[0]).toBe(hashOf(two.weights));
    answer = offline;
    await forecast({ cache });
  });

  it('is not believed: what is not the file of the manifest is fetched', async () => {
    const cache = mapCache();
    cache.held.set(`${base}model.onnx`, [hashOf(one.weights), two.weights]);
    await forecast({ cache });
    expect(fetched).toEqual(['manifest.json', 'model.onnx']);
    await expect.poll(() => cache.held.get(`${base}model.onnx`)?.[1]).toEqual(one.weights);
  });

  it('keeps a bare file for when the server cannot be reached, and one of a stated hash for good', async () => {
    const cache = mapCache();
    await runSmall({ cache });
    await runSmall({ cache });
    expect(fetched).toHaveLength(2);
    answer = offline;
    await runSmall({ cache });
    answer = serve(one);
    const sha256 = hashOf(small);
    await runSmall({ cache, sha256 });
    await expect.poll(() => cache.held.get(`${base}small.onnx`)?.[0]).toBe(sha256);
    fetched = [];
    await runSmall({ cache, sha256: sha256.toUpperCase() });
    expect(fetched).toEqual([]);
    const other = 'a'.repeat(64);
    expect(await failure(client.open('model', `${base}small.onnx`, { cache, sha256: other }))).toMatchObject({
      code: 'MODEL_HASH',
      details: { expected: other, got: sha256 },
    });
  });

  it('that gives something else than bytes gives nothing', async () => {
    const cache = { get: async () => 'bytes' as never, put: async () => {} };
    await runSmall({ cache, sha256: hashOf(small) });
    answer = (_request, response) => response.writeHead(403).end();
    const refused = { code: 'MODEL_FETCH', details: { status: 403 } };
    expect(await failure(client.open('model', `${base}small.onnx`, { cache }))).toMatchObject(refused);
    answer = (_request, response) => response.writeHead(503).end();
    expect(await failure(client.open('model', `${base}small.onnx`, { cache }))).toMatchObject({
      code: 'MODEL_FETCH',
      details: { status: 503 },
    });
  });

  it('does not keep what is no model', async () => {
    const cache = mapCache();
    answer = (_request, response) => response.end('<!doctype html>');
    expect(await failure(client.open('model', `${base}small.onnx`, { cache }))).toMatchObject({
      code: 'ONNX_PARSE',
    });
    expect(await failure(client.open('forecaster', base, { cache }))).toMatchObject({
      code: 'MANIFEST_INVALID',
    });
    expect(cache.held.size).toBe(0);
  });

  it('that fails costs a download and no load', async () => {
    const full = async (): Promise<never> => {
      throw new DOMException('no room', 'QuotaExceededError');
    };
    await forecast({ cache: { get: full, put: full } });
    await runSmall({ cache: { get: full, put: full } });
  });
});

describe('a stated hash', () => {
  it('is asked of bytes as well', async () => {
    const sha256 = hashOf(small);
    await (await client.open('model', small, { sha256 })).dispose();
    const other = 'a'.repeat(64);
    expect(await failure(client.open('model', small, { sha256: other }))).toMatchObject({
      code: 'MODEL_HASH',
      details: { expected: other, got: sha256 },
    });
  });

  it.each(['abc', '', 5, null])('%o is none, and nothing is fetched for it', async (sha256) => {
    const given = { sha256 } as OpenOptions;
    expect(await failure(client.open('model', `${base}small.onnx`, given))).toMatchObject({
      code: 'ARGUMENT',
      details: { sha256: String(sha256) },
    });
    expect(fetched).toEqual([]);
  });
});

it('what a listener to progress throws is told as an error of its own, and the model is loaded', async () => {
  const thrown = Promise.withResolvers<unknown>();
  const listeners = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException').on('uncaughtException', thrown.resolve);
  try {
    await runSmall({
      onProgress() {
        throw new Error('no such bar');
      },
    });
    expect(fetched).toEqual(['small.onnx']);
    expect(await thrown.promise).toMatchObject({ message: 'no such bar' });
  } finally {
    process.removeAllListeners('uncaughtException');
    for (const listener of listeners) process.on('uncaughtException', listener);
  }
});

describe('a fetch of the caller', () => {
  it('whose line breaks off half way is asked again', async () => {
    let failures = 2;
    const own: Fetch = async (location, init) => {
      const response = await fetch(location, init);
      if (failures-- <= 0) return response;
      const cut = new TransformStream({
        transform(_chunk, controller) {
          controller.error(new TypeError('the line broke'));
        },
      });
      return new Response(response.body!.pipeThrough(cut));
    };
    await runSmall({ fetch: own });
    expect(fetched).toHaveLength(3);
  });

  it('brings every file, chunk by chunk, also after the thread died', async () => {
    const seen: string[] = [];
    const own: Fetch = async (location, init) => {
      seen.push(location);
      return fetch(location.replace('archive:', base), init);
    };
    const progress: LoadProgress[] = [];
    const remote = await client.open('model', 'archive:small.onnx', {
      fetch: own,
      onProgress: (p) => progress.push(p),
    });
    // Reports of progress come by another port than the answer.
    await expect
      .poll(() => progress.at(-1))
      .toMatchObject({ file: 'archive:small.onnx', loadedBytes: small.length });
    await threads.at(-1)!.terminate();
    const { y } = await remote.call('run', [halves(1)]);
    expect(y!.shape).toEqual([1, 1, 1, 2]);
    expect(seen).toEqual(['archive:small.onnx', 'archive:small.onnx']);
    await remote.dispose();
  });

  it('is aborted with the load, before and while its bytes come', async () => {
    for (const start of [false, true]) {
      const controller = new AbortController();
      const gone = Promise.withResolvers<void>();
      answer = (_request, response) => {
        response.once('close', gone.resolve);
        if (start) response.writeHead(200).write('some', () => controller.abort());
        else controller.abort();
      };
      const opening = client.open('model', `${base}small.onnx`, { fetch, signal: controller.signal });
      expect(await failure(opening)).toMatchObject({ code: 'ABORTED' });
      await gone.promise;
    }
  });
});
