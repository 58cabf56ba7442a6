/** What a page fetches for a worker that starts, over a real server. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EarlyAnswer } from '../load/readEarly.ts';
import type { HostApi } from './api.ts';
import { sendEarlyFile } from './sendEarlyFile.ts';

const content = new Uint8Array(5000).fill(7);
let server: Server;
let base: string;
let closed: () => void;
const left = new Promise<void>((resolve) => {
  closed = resolve;
});
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/whole') response.writeHead(200, { 'content-length': content.length }).end(content);
    else if (request.url === '/gzip')
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(content));
    else if (request.url === '/endless') {
      response.writeHead(200).write(content);
      response.once('close', closed);
    } else response.writeHead(404).end('none');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Sends to a host that writes down what it gets, or takes nothing that has a body. */
async function sent(
  path: string,
  { watched = false, takes = true, signal = undefined as AbortSignal | undefined },
) {
  const answers: (EarlyAnswer | undefined)[] = [];
  const api = {
    async early(_ticket: number, answer: EarlyAnswer | undefined) {
      answers.push(answer);
      if (answer && !takes) throw new DOMException('', 'DataCloneError');
    },
  } as HostApi;
  await sendEarlyFile(api, { ticket: 1, location: base + path, watched }, signal);
  return answers;
}

it('sends a small file whole, and one that is watched, or compressed, as it arrives', async () => {
  expect(await sent('whole', {})).toEqual([{ whole: content.buffer }]);
  for (const answer of [...(await sent('whole', { watched: true })), ...(await sent('gzip', {}))]) {
    const { body, status } = answer as Extract<EarlyAnswer, { status: number }>;
    expect(status).toBe(200);
    expect(new Uint8Array(await new Response(body).arrayBuffer())).toEqual(content);
  }
});

it('sends what the server said of a file that is not there', async () => {
  expect(await sent('missing', {})).toMatchObject([{ status: 404 }]);
});

it('says that nothing came: without a server, aborted, and where it cannot cross', async () => {
  expect(await sent('whole', { signal: AbortSignal.abort() })).toEqual([undefined]);
  expect((await sent('gzip', { takes: false })).at(-1)).toBeUndefined();
  const api = { early: async (...given: unknown[]) => void answers.push(given) } as unknown as HostApi;
  const answers: unknown[] = [];
  await sendEarlyFile(api, { ticket: 3, location: 'http://127.0.0.1:9/', watched: false }, undefined);
  expect(answers).toEqual([[3, undefined]]);
});

it('ends what it fetches when it is told to, though its head has been sent', async () => {
  const ended = new AbortController();
  expect(await sent('endless', { signal: ended.signal })).toHaveLength(1);
  ended.abort();
  await left;
});
