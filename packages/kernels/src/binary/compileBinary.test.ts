/** Kernels over a real server, as pages get them: of the right type, of none, cut off, and not there. */
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { compileBinary } from './compileBinary.ts';

const local = new URL('../../build/infer.plain.wasm', import.meta.url);
const binary = readFileSync(local);
let server: Server;
let url: URL;
let answer: RequestListener;
beforeAll(async () => {
  server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/infer.wasm`);
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

it.each([
  ['application/wasm', 1],
  ['Application/WASM', 0],
  ['application/wasm; charset=utf-8', 0],
  ['application/octet-stream', 0],
  [undefined, 0],
])('compiles what is called %s, as it arrives %i times', async (type, streamed) => {
  const streaming = vi.spyOn(WebAssembly, 'compileStreaming');
  answer = (_request, response) => {
    if (type) response.setHeader('content-type', type);
    response.end(binary);
  };
  const module = await compileBinary(url);
  expect(WebAssembly.Module.exports(module).map(({ name }) => name)).toContain('recurrent');
  expect(streaming).toHaveBeenCalledTimes(streamed);
});

it('compiles a file', async () => {
  expect(await compileBinary(local)).toBeInstanceOf(WebAssembly.Module);
});

it('compiles what its own address carries, and asks nobody for it', async () => {
  const fetched = vi.spyOn(globalThis, 'fetch');
  const carried = new URL(`data:application/wasm;base64,${binary.toString('base64')}`);
  expect(await compileBinary(carried)).toBeInstanceOf(WebAssembly.Module);
  expect(fetched).not.toHaveBeenCalled();
  await expect(compileBinary(new URL('data:application/wasm;base64,?'))).rejects.toMatchObject({
    code: 'ENGINE_UNAVAILABLE',
  });
});

it.each(['application/wasm', 'text/html'])(
  '%s: tells what cannot be read from what is no kernel',
  async (type) => {
    answer = (_request, response) => response.writeHead(200, { 'content-type': type }).end('<!doctype html>');
    await expect(compileBinary(url)).rejects.toBeInstanceOf(WebAssembly.CompileError);
    answer = (_request, response) => {
      response.writeHead(200, { 'content-type': type, 'content-length': binary.length });
      response.write(binary.subarray(0, 500), () => response.destroy());
    };
    await expect(compileBinary(url)).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      details: { url: url.href },
    });
    answer = (_request, response) => response.writeHead(404).end();
    await expect(compileBinary(url)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
  },
);
