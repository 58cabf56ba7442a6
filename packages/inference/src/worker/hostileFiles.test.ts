/**
 * Files that are not what they should be, from a real server to a real thread: each is a coded error that names
 * what is wrong, the thread survives it, and the same address works once the right file stands there.
 */
import { createHash } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { writeOnnx } from '@rivulet/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { failure } from '../testing/failure.ts';
import { naiveManifest, naiveNetwork } from '../testing/naiveForecaster.ts';
import { halves, smallModel } from '../testing/smallModel.ts';
import type { ModelService, Remote } from './api.ts';
import { ServiceClient } from './client.ts';
import { threadConnections } from './testing/threadConnection.ts';

const PAGE = new TextEncoder().encode('<!doctype html><html><head><title>Not found</title></head></html>');
const small = writeOnnx(smallModel);
const weights = writeOnnx(naiveNetwork());

const fileOf = (bytes: Uint8Array) => ({
  path: 'model.onnx',
  bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});
const filesOf = (file: ReturnType<typeof fileOf>) => ({ float32: file, int8: file, parity: file });
const manifest = naiveManifest({ files: filesOf(fileOf(weights)) });

let server: Server;
let base: string;
let answer: RequestListener;
// By messages alone, as in a page that is not isolated. One thread for all of them: it has to survive.
const { threads, connect } = threadConnections(false);
const client = new ServiceClient(connect);
let survivor: Remote<ModelService>;
beforeAll(async () => {
  server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  survivor = await client.open('model', small);
});
afterEach(async () => {
  const { y } = await survivor.call('run', [halves(1)]);
  expect(y!.data).toHaveLength(2);
  expect(threads).toHaveLength(1);
});
afterAll(async () => {
  await survivor.dispose();
  server.closeAllConnections();
  server.close();
});

const serve =
  (files: Readonly<Record<string, Uint8Array | string>>): RequestListener =>
  ({ url = '' }, response) => {
    const file = files[url.slice(1)];
    if (file === undefined) response.writeHead(404).end();
    else response.end(file);
  };

const forecasterFiles = (changed: object = manifest, bytes: Uint8Array = weights) => ({
  'f/manifest.json': JSON.stringify(changed),
  'f/model.onnx': bytes,
});

describe('a model file', () => {
  const noise = Uint8Array.from({ length: 5000 }, (_, i) => (Math.imul(i + 1, 2654435761) >>> 13) & 255);
  const other = writeOnnx({
    ...smallModel,
    graph: { ...smallModel.graph, inputs: [{ name: 'z', type: 'float32', shape: ['T', 'B', 3] }] },
  });

  it.each([
    ['empty', new Uint8Array(0)],
    ['a page', PAGE],
    ['a page as long as a model', new Uint8Array(small.length).fill(0x20).map((_, i) => PAGE[i] ?? 0x20)],
    ['compressed', gzipSync(small)],
    ['noise', noise],
    ['zeros', new Uint8Array(1000)],
    ['half', small.subarray(0, small.length / 2)],
    ['all but the last byte', small.subarray(0, -1)],
    ['followed by something else', Buffer.concat([small, PAGE])],
    ['a graph whose node reads what nothing makes', other],
  ])('that is %s', async (_name, bytes) => {
    answer = serve({ 'm.onnx': bytes });
    expect(await failure(client.open('model', `${base}/m.onnx`))).toMatchObject({
      code: 'ONNX_PARSE',
      details: expect.not.objectContaining({ reason: expect.anything() }),
    });
    answer = serve({ 'm.onnx': small });
    const remote = await client.open('model', `${base}/m.onnx`);
    expect((await remote.call('run', [halves(3)])).y!.data).toHaveLength(6);
    await remote.dispose();
  });

  it.each([
    [200, 'MODEL_TOO_LARGE', { bytes: 2 ** 31 }],
    [404, 'MODEL_NOT_FOUND', { status: 404 }],
    [500, 'MODEL_FETCH', { status: 500 }],
  ])(
    'that has 2 GiB, status %i, is refused before it comes',
    async (status, code, details) => {
      const gone = Promise.withResolvers<void>();
      answer = (_request, response) => {
        response.writeHead(status, { 'content-length': String(2 ** 31) }).flushHeaders();
        response.once('close', gone.resolve);
      };
      expect(await failure(client.open('model', `${base}/m.onnx`))).toMatchObject({
        code,
        details: { ...details, location: `${base}/m.onnx` },
      });
      await gone.promise;
    },
    5000,
  );

  it('whose line breaks off, or whose loading is aborted half way', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': String(small.length) });
      response.write(small.subarray(0, 40), () => response.destroy());
    };
    expect(await failure(client.open('model', `${base}/m.onnx`))).toMatchObject({
      code: 'MODEL_FETCH',
      details: { location: `${base}/m.onnx` },
    });

    const controller = new AbortController();
    const gone = Promise.withResolvers<void>();
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': String(small.length) });
      response.write(small.subarray(0, 40), () => controller.abort());
      response.once('close', gone.resolve);
    };
    const opening = client.open('model', `${base}/m.onnx`, { signal: controller.signal });
    expect(await failure(opening)).toMatchObject({ code: 'ABORTED' });
    await gone.promise;
    answer = serve({ 'm.onnx': small });
    await (await client.open('model', `${base}/m.onnx`)).dispose();
  });
});

describe('a model folder', () => {
  const without = (key: string): object => {
    const { [key as 'name']: _gone, ...rest } = manifest;
    return rest;
  };
  const file = fileOf(weights);
  const narrow = writeOnnx(smallModel);

  it.each<[string, Readonly<Record<string, Uint8Array | string>>, object]>([
    ['that is not there', {}, { code: 'MODEL_NOT_FOUND', details: { location: /f\/manifest\.json$/ } }],
    [
      'without its weights',
      { 'f/manifest.json': JSON.stringify(manifest) },
      { code: 'MODEL_NOT_FOUND', details: { location: /f\/model\.onnx$/ } },
    ],
    [
      'where a page answers for everything',
      { 'f/manifest.json': PAGE, 'f/model.onnx': PAGE },
      { code: 'MANIFEST_INVALID', details: { location: /manifest/ } },
    ],
    [
      'whose manifest is half',
      { 'f/manifest.json': JSON.stringify(manifest).slice(0, 300) },
      { code: 'MANIFEST_INVALID', details: {} },
    ],
    [
      'whose manifest is no text',
      { 'f/manifest.json': Uint8Array.of(0xff, 0xfe, 0) },
      { code: 'MANIFEST_INVALID', details: {} },
    ],
    ['whose manifest is huge', { 'f/manifest.json': ' '.repeat(2 ** 21) }, { code: 'MODEL_TOO_LARGE' }],
    [
      'whose manifest lacks its head',
      forecasterFiles(without('head')),
      { code: 'MANIFEST_INVALID', details: { path: 'head' } },
    ],
    [
      'of other features',
      forecasterFiles({ ...manifest, featureVersion: 'series-0' }),
      { code: 'FEATURE_VERSION', details: { expected: 'series-0', got: 'series-1' } },
    ],
    [
      'of another task',
      forecasterFiles({ ...manifest, task: 'ink-text', head: { kind: 'ctc', alphabet: ['', 'a'] } }),
      { code: 'MANIFEST_INVALID', details: { expected: 'series-quantiles', got: 'ink-text' } },
    ],
    [
      'with the hash of another file',
      forecasterFiles({ ...manifest, files: filesOf({ ...file, sha256: 'a'.repeat(64) }) }),
      { code: 'MODEL_HASH', details: { path: 'model.onnx', expected: 'a'.repeat(64), got: file.sha256 } },
    ],
    [
      'with too small a size',
      forecasterFiles({ ...manifest, files: filesOf({ ...file, bytes: 10 }) }),
      { code: 'MODEL_TOO_LARGE', details: { maxBytes: 10 } },
    ],
    [
      'with too large a size',
      forecasterFiles({ ...manifest, files: filesOf({ ...file, bytes: file.bytes + 1 }) }),
      { code: 'MODEL_HASH', details: { expectedBytes: file.bytes + 1, gotBytes: file.bytes } },
    ],
    [
      'with weights cut off',
      forecasterFiles(manifest, weights.subarray(0, -100)),
      { code: 'MODEL_HASH', details: { gotBytes: file.bytes - 100 } },
    ],
    [
      'with weights of which one bit is wrong',
      forecasterFiles(
        manifest,
        weights.map((byte, i) => (i === 777 ? byte ^ 4 : byte)),
      ),
      { code: 'MODEL_HASH', details: { expected: file.sha256 } },
    ],
    [
      'with a network of another shape',
      forecasterFiles({ ...manifest, files: filesOf(fileOf(narrow)) }, narrow),
      { code: 'MODEL_SHAPE', details: { value: 'input "context"' } },
    ],
  ])('%s', async (_name, files, expected) => {
    answer = serve(files);
    const error = await failure(client.open('forecaster', `${base}/f/`));
    const { code, details = {} } = expected as { code: string; details?: Record<string, unknown> };
    expect(error.code).toBe(code);
    for (const [key, value] of Object.entries(details)) {
      if (value instanceof RegExp) expect(error.details[key]).toMatch(value);
      else expect(error.details[key]).toEqual(value);
    }
    answer = serve(forecasterFiles());
    const remote = await client.open('forecaster', `${base}/f/`);
    const y = [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3];
    const { median } = await remote.call('predict', [{ y, horizon: 3, season: 3 }]);
    expect(median[0]).toBeCloseTo(1, 3);
    await remote.dispose();
  });

  it.each([
    [{ engine: 'tpu' as never }, { engine: 'tpu' }],
    [{ dtype: 'parity' as never }, { weights: 'parity' }],
    [{ variant: 'fast' as never }, { variant: 'fast' }],
  ])('opened with %o', async (options, details) => {
    answer = serve(forecasterFiles());
    expect(await failure(client.open('forecaster', `${base}/f`, options))).toMatchObject({
      code: 'ARGUMENT',
      details,
    });
  });
});
