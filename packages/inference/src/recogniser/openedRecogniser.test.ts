/** What creating a recogniser fetches, and what it makes of a model that is not whole. */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createHandwritingRecognizer, queryHandwritingRecognizer } from '../node.ts';
import { modelsFolder } from './testing/shippedModel.ts';

let server: Server;
let models: string;
let fetched: string[] = [];
let gone: string | undefined;
beforeAll(async () => {
  server = createServer(async ({ url = '' }, response) => {
    fetched.push(url);
    const file = url === gone ? undefined : await readFile(modelsFolder + url).catch(() => undefined);
    if (file) response.end(file);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  models = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
beforeEach(() => {
  fetched = [];
  gone = undefined;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const MANIFEST = '/handwriting-en/manifest.json';
const WEIGHTS = '/handwriting-en/model.int8.onnx';

it('fetches each file of the model once', async () => {
  const recognizer = await createHandwritingRecognizer({ languages: ['en'] }, { models });
  recognizer.finish();
  expect(fetched).toEqual([MANIFEST, WEIGHTS]);
});

it('fetches no weights to say what there is, or that a model knows other languages', async () => {
  expect(await queryHandwritingRecognizer({ languages: ['en'] }, { models })).not.toBeNull();
  await expect(createHandwritingRecognizer({ languages: ['en', 'fr'] }, { models })).rejects.toMatchObject({
    name: 'NotSupportedError',
  });
  expect(fetched).toEqual([MANIFEST, MANIFEST, '/handwriting-fr/manifest.json']);
});

it('calls a model without its weights broken, not missing', async () => {
  gone = WEIGHTS;
  await expect(createHandwritingRecognizer({ languages: ['en'] }, { models })).rejects.toMatchObject({
    name: 'OperationError',
    cause: { code: 'MODEL_NOT_FOUND' },
  });
});
