/** Loading over a real server: what it does wrong must come out as the right code, and be forgotten. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { devNull } from 'node:os';
import { fileURLToPath } from 'node:url';
import { sha256 } from '@rivulet/core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { failure } from '../testing/failure.ts';
import { fetchBytes } from './fetchBytes.ts';
import type { LoadProgress } from './modelFolder.ts';
import { openModelFolder } from './openModelFolder.ts';
import { readFileBytes } from './readFileBytes.ts';

const weights = new Uint8Array(100_000).map((_, i) => (i * 31) >> 3);
const file = {
  path: 'model.int8.onnx',
  bytes: weights.length,
  sha256: createHash('sha256').update(weights).digest('hex'),
};
const manifest = {
  format: 1,
  name: 'small',
  version: '1.0.0',
  task: 'series-quantiles',
  featureVersion: 'series-1',
  features: {},
  inputs: [{ name: 'x', shape: ['T', 'B', 1] }],
  outputs: [{ name: 'y', shape: ['T', 'B', 9] }],
  head: { kind: 'quantiles', levels: [0.1, 0.5, 0.9] },
  files: { float32: file, int8: file, parity: file },
  training: { recipe: 'train.json', seed: 1, commit: '', date: '2026-01-01', steps: 1, data: '' },
  figures: {},
  licence: 'CC0-1.0',
  attribution: '',
};

let server: Server;
let base: string;
let answer: RequestListener;
beforeAll(async () => {
  server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/models/small`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Serves the folder, with the weights as given. */
const serve =
  (bytes: Uint8Array = weights, text = JSON.stringify(manifest)): RequestListener =>
  ({ url = '' }, response) => {
    if (url.endsWith('manifest.json')) response.end(text);
    else if (url.endsWith(file.path)) response.end(bytes);
    else response.writeHead(404).end();
  };

describe('a model folder', () => {
  it('gives the manifest and the checked weights, and tells how far it is', async () => {
    answer = serve();
    const progress: LoadProgress[] = [];
    const folder = await openModelFolder(base, fetchBytes, { onProgress: (p) => progress.push(p) });
    expect(folder.manifest.name).toBe('small');
    expect(await folder.bytes('int8')).toEqual(weights);
    expect(progress.at(-1)).toEqual({
      file: file.path,
      loadedBytes: weights.length,
      totalBytes: weights.length,
    });
  });

  it.each([
    ['truncated', weights.subarray(0, 99_000), { gotBytes: 99_000 }],
    ['another file of that length', weights.map((byte) => byte ^ 1), { expected: file.sha256 }],
  ])('refuses weights that are %s, and reads them again when asked again', async (_name, bytes, details) => {
    answer = serve(bytes);
    const folder = await openModelFolder(`${base}/`, fetchBytes);
    expect(await failure(folder.bytes('int8'))).toMatchObject({ code: 'MODEL_HASH', details });
    answer = serve();
    expect(await folder.bytes('int8')).toEqual(weights);
  });

  it('stops reading weights that are longer than they should be', async () => {
    answer = serve(new Uint8Array(weights.length + 1));
    const folder = await openModelFolder(base, fetchBytes);
    expect(await failure(folder.bytes('int8'))).toMatchObject({
      code: 'MODEL_TOO_LARGE',
      details: { maxBytes: weights.length },
    });
  });

  it('takes a page that answers for a manifest as what it is', async () => {
    answer = serve(weights, '<!doctype html><title>not found</title>');
    expect(await failure(openModelFolder(base, fetchBytes))).toMatchObject({ code: 'MANIFEST_INVALID' });
    answer = serve(weights, '{"format": 2}');
    expect(await failure(openModelFolder(base, fetchBytes))).toMatchObject({
      code: 'MANIFEST_INVALID',
      details: { path: 'format' },
    });
  });
});

describe('reading over HTTP', () => {
  it.each([
    [404, 'MODEL_NOT_FOUND'],
    [410, 'MODEL_NOT_FOUND'],
    [500, 'MODEL_FETCH'],
    [403, 'MODEL_FETCH'],
  ])('%i is %s', async (status, code) => {
    answer = (_request, response) => response.writeHead(status).end();
    expect(await failure(fetchBytes(`${base}/x`))).toMatchObject({ code, details: { status } });
  });

  it('calls a line that breaks off, and one that never was, MODEL_FETCH', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('half', () => response.destroy());
    };
    expect(await failure(fetchBytes(`${base}/x`))).toMatchObject({ code: 'MODEL_FETCH' });
    expect(await failure(fetchBytes('http://127.0.0.1:9/x'))).toMatchObject({ code: 'MODEL_FETCH' });
  });

  it('aborts before and while bytes arrive', async () => {
    answer = (_request, response) => response.write('some');
    expect(await failure(fetchBytes(`${base}/x`, { signal: AbortSignal.abort() }))).toMatchObject({
      code: 'ABORTED',
    });
    const controller = new AbortController();
    const read = fetchBytes(`${base}/x`, {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    expect(await failure(read)).toMatchObject({ code: 'ABORTED' });
  });

  it('refuses by the stated length before reading', async () => {
    answer = (_request, response) => response.writeHead(200, { 'content-length': '5000' }).flushHeaders();
    expect(await failure(fetchBytes(`${base}/x`, { maxBytes: 4999 }))).toMatchObject({
      code: 'MODEL_TOO_LARGE',
      details: { bytes: 5000 },
    });
  });
});

it.each([[devNull], [import.meta.dirname], ['file:///a%2Fb'], ['a\0b']])(
  '%s is no file',
  async (location) => {
    expect(await failure(readFileBytes(location))).toMatchObject({
      code: 'MODEL_FETCH',
      details: { location },
    });
  },
);

it('reads a file whole, by its path and by its URL, and stops when it is told to', async () => {
  const path = fileURLToPath(import.meta.url);
  const expected = new Uint8Array(readFileSync(path));
  for (const location of [path, import.meta.url]) {
    const progress: (number | undefined)[][] = [];
    const bytes = await readFileBytes(location, { onProgress: (...loaded) => void progress.push(loaded) });
    expect(bytes).toEqual(expected);
    // The whole of a buffer: it may be transferred.
    expect(bytes.buffer.byteLength).toBe(expected.length);
    expect(progress).toEqual([[expected.length, expected.length]]);
  }
  const controller = new AbortController();
  const reading = readFileBytes(path, { signal: controller.signal });
  controller.abort();
  expect(await failure(reading)).toMatchObject({ code: 'ABORTED', details: { location: path } });
});

it('names a file that is not there', async () => {
  expect(await failure(readFileBytes('no/such/file.onnx'))).toMatchObject({
    code: 'MODEL_NOT_FOUND',
    details: { location: 'no/such/file.onnx' },
  });
});

it.each([0, 1, 55, 56, 63, 64, 65, 1000])(
  'SHA-256 of %i bytes, with crypto.subtle and without',
  async (length) => {
    const bytes = weights.slice(0, length);
    const expected = createHash('sha256').update(bytes).digest('hex');
    expect(await sha256(bytes)).toBe(expected);
    vi.stubGlobal('crypto', {});
    try {
      const made = sha256(bytes);
      // Of the bytes as they were then.
      bytes.fill(7);
      expect(await made).toBe(expected);
    } finally {
      vi.unstubAllGlobals();
    }
  },
);
