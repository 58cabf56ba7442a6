/** Files that another thread began to fetch: taken once, measured and refused as if they had been fetched here. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { fetchBytes } from './fetchBytes.ts';
import { type EarlyAnswer, readEarly } from './readEarly.ts';

const content = Uint8Array.from({ length: 3000 }, (_, i) => i % 251);
let server: Server;
let url: string;
let fetched = 0;
beforeAll(async () => {
  server = createServer((_, response) => {
    fetched++;
    response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.onnx`;
});
beforeEach(() => {
  fetched = 0;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const whole = (): Promise<EarlyAnswer> => Promise.resolve({ whole: content.slice().buffer });

async function streamed(): Promise<EarlyAnswer> {
  const { status, headers, body } = await fetch(url);
  return { status, headers: [...headers], body: body! };
}

it.each([
  ['whole', whole],
  ['as it arrives', streamed],
])('takes a file %s, once', async (_, answer) => {
  const progress: number[] = [];
  const read = readEarly(fetchBytes, url, answer());
  const bytes = await read(url, { onProgress: (loaded) => progress.push(loaded) });
  expect(bytes).toEqual(content);
  expect(progress.at(-1)).toBe(content.length);
  const before = fetched;
  expect(await read(url)).toEqual(content);
  expect(fetched).toBe(before + 1);
});

it('fetches other files, and what the other thread did not get', async () => {
  const other = `${url}?other`;
  expect(await readEarly(fetchBytes, url, new Promise(() => {}))(other)).toEqual(content);
  expect(await readEarly(fetchBytes, url, Promise.resolve(undefined))(url)).toEqual(content);
  expect(fetched).toBe(2);
});

it.each([
  ['whole', whole],
  ['as it arrives', streamed],
])('refuses what is too large %s', async (_, answer) => {
  const error = { code: 'MODEL_TOO_LARGE', details: { maxBytes: 2999 } };
  await expect(
    readEarly(fetchBytes, url, answer())(url, { maxBytes: 2999, retries: 0 }),
  ).rejects.toMatchObject(error);
});

it('says what the server said', async () => {
  const body = new Response('nothing here').body!;
  const missing = Promise.resolve({ status: 404, headers: [], body } satisfies EarlyAnswer);
  await expect(readEarly(fetchBytes, url, missing)(url)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
});

it('fetches again when the body breaks off', async () => {
  let pulls = 0;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (pulls++ === 0) controller.enqueue(content.slice(0, 100));
      else controller.error(new TypeError('network error'));
    },
  });
  const torn = Promise.resolve({ status: 200, headers: [], body } satisfies EarlyAnswer);
  expect(await readEarly(fetchBytes, url, torn)(url)).toEqual(content);
  expect(fetched).toBe(1);
});
