/** `@rivulet/inference` in a page of somebody else, built as its developer would: the names and answers of Node. */
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, type Page, test } from '@playwright/test';
import { writeOnnx } from '@rivulet/core';
import * as node from '@rivulet/inference/node';
import sirv from 'sirv';
import { servePage } from '../bench/servePage.ts';
import { buildPages } from './buildPages.ts';
import { plainWord } from './handwriting/desk.ts';

const models = fileURLToPath(new URL('../../models', import.meta.url));
const y = Array.from({ length: 300 }, (_, t) => 20 + 5 * Math.sin((2 * Math.PI * t) / 24) + (t % 7) / 10);
/** Ones for the network of the shipped recogniser. */
const ones = { steps: 40, features: 7 };
/** A model of PyTorch whose convolutions stand in a file that the worker fetches when it meets them. */
const torch = fileURLToPath(new URL('../fixtures/torch/conv-gru.onnx', import.meta.url));
/** A graph that our own engine does not cover. */
const foreign = writeOnnx({
  irVersion: 10,
  opset: 21,
  graph: {
    name: 'foreign',
    nodes: [{ op: 'Asinh', name: 'theAsinh', inputs: ['x'], outputs: ['y'], attributes: {} }],
    initializers: [],
    inputs: [{ name: 'x', type: 'float32', shape: ['n'] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['n'] }],
  },
});

let folder: string;
/** Resolves when a page has asked for the operators that not every model needs. */
let operatorsAsked: PromiseWithResolvers<void>;
const OPERATORS_FILE = /operators[^/]*\.js$/;
let served: Awaited<ReturnType<typeof servePage>>;

test.beforeAll(async () => {
  folder = await buildPages(['fused', 'ort']);
  const files = sirv(models);
  served = await servePage(folder, (request, response) => {
    if (OPERATORS_FILE.test(request.url ?? '')) operatorsAsked?.resolve();
    if (request.url === '/late.onnx') {
      void operatorsAsked.promise.then(() =>
        response.end(readFileSync(join(models, 'pen-digits/model.onnx'))),
      );
    } else if (request.url === '/foreign.onnx') response.end(foreign);
    else if (request.url === '/torch.onnx') response.end(readFileSync(torch));
    else if (request.url?.startsWith('/page.onnx')) response.end('<!doctype html><title>no model</title>');
    else if (!request.url?.startsWith('/models/')) return false;
    else {
      request.url = request.url.slice('/models'.length);
      files(request, response, () => void response.writeHead(404).end());
    }
    return true;
  });
});

test.afterAll(async () => {
  served.close();
  await rm(folder, { recursive: true });
});

async function open(page: Page, name: 'fused' | 'ort'): Promise<void> {
  await page.goto(`${served.url}${name}.html`);
  await page.waitForFunction(() => 'rivulet' in window);
}

/** Typed arrays as lists. */
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_key, part) => (ArrayBuffer.isView(part) ? [...(part as never)] : part)));

test('exports the names of Node', async ({ page }) => {
  const names = Object.keys(node).filter((name) => name !== 'openModelFolder');
  for (const entry of ['fused', 'ort'] as const) {
    await open(page, entry);
    expect(await page.evaluate(() => Object.keys(window.rivulet).sort())).toEqual(names.sort());
  }
});

test('a forecast, in the shape that the documents say, and of plain SIMD the same bits', async ({ page }) => {
  const request = { horizon: 24, levels: [80, 95] };
  await open(page, 'fused');
  const band = (await page.evaluate(
    async ({ y, request }) => {
      const forecaster = await window.rivulet.loadForecaster('/models/sensor-forecaster/', {
        variant: 'plain',
      });
      const band = await forecaster.predict({ y: Float32Array.from(y), ...request });
      await forecaster.dispose();
      const lists = (_key: string, part: unknown) => (ArrayBuffer.isView(part) ? [...(part as never)] : part);
      return JSON.parse(JSON.stringify(band, lists));
    },
    { y, request },
  )) as node.ForecastBand;
  expect(Object.keys(band).sort()).toEqual(['levels', 'mean', 'median', 'quantiles', 'season']);
  expect(Object.keys(band.quantiles)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].map((tenth) => String(tenth / 10)));
  expect(Object.keys(band.levels)).toEqual(['80', '95']);
  expect(band.levels[95]!.hi).toHaveLength(24);
  const here = await node.loadForecaster(join(models, 'sensor-forecaster'), { variant: 'plain' });
  expect(band).toEqual(plain(await here.predict({ y: Float32Array.from(y), ...request })));
  await here.dispose();
});

test('handwriting, by the interface of the specification', async ({ page }) => {
  const { strokes, label } = plainWord;
  await open(page, 'fused');
  const read = await page.evaluate(async (strokes) => {
    const { createHandwritingRecognizer, HandwritingStroke, queryHandwritingRecognizer } = window.rivulet;
    const languages = ['en'];
    const query = await queryHandwritingRecognizer({ languages }, { models: '/models/' });
    const none = await queryHandwritingRecognizer({ languages: ['xx'] }, { models: '/models/' });
    const recognizer = await createHandwritingRecognizer({ languages }, { models: '/models/' });
    const drawing = recognizer.startDrawing({ recognitionType: 'text', alternatives: 3 });
    for (const { x, y } of strokes) {
      const stroke = new HandwritingStroke();
      for (let i = 0; i < x.length; i++) stroke.addPoint({ x: x[i]!, y: y[i]!, t: i });
      drawing.addStroke(stroke);
    }
    const predictions = await drawing.getPrediction();
    recognizer.finish();
    const after = await drawing.getPrediction().catch((error: Error) => error.name);
    const refused = await createHandwritingRecognizer({ languages: ['xx'] }, { models: '/models/' }).catch(
      (error: Error) => [error instanceof DOMException, error.name],
    );
    return { query, none, predictions, after, refused };
  }, strokes);
  expect(read.none).toBeNull();
  expect(read.query).toMatchObject({ textAlternatives: true, textSegmentation: true });
  expect(read.predictions.map(({ text }) => text)).toContain(label);
  expect(read.predictions[0]!.segmentationResult[0]).toEqual({
    grapheme: expect.any(String),
    beginIndex: 0,
    endIndex: expect.any(Number),
    drawingSegments: expect.any(Array),
  });
  expect([read.after, read.refused]).toEqual(['InvalidStateError', [true, 'NotSupportedError']]);

  const here = await node.createHandwritingRecognizer({ languages: ['en'] }, { models });
  const drawing = here.startDrawing({ recognitionType: 'text', alternatives: 3 });
  for (const { x, y } of strokes) {
    const stroke = new node.HandwritingStroke();
    for (let i = 0; i < x.length; i++) stroke.addPoint({ x: x[i]!, y: y[i]! });
    drawing.addStroke(stroke);
  }
  const [best] = await drawing.getPrediction();
  const { text, segmentationResult } = read.predictions[0]!;
  expect({ text, segmentationResult }).toEqual({
    text: best!.text,
    segmentationResult: best!.segmentationResult,
  });
  here.finish();
});

test('a model goes on after its worker has ended without a word', async ({ page }) => {
  await open(page, 'fused');
  const run = () =>
    page.evaluate(async ({ steps, features }) => {
      const data = new Float32Array(steps * features).fill(1);
      const kept = window as unknown as { model?: ReturnType<typeof window.rivulet.loadModel> };
      kept.model ??= window.rivulet.loadModel('models/handwriting-en/model.int8.onnx', { engine: 'auto' });
      const model = await kept.model;
      const { logits } = await model.run({ x: { data, shape: [steps, 1, features] } });
      return { engine: model.engine, shape: logits!.shape, data: [...logits!.data] };
    }, ones);
  const before = await run();
  expect(before).toMatchObject({ engine: 'fused', shape: [20, 1, expect.any(Number)] });
  await page.workers()[0]!.evaluate(() => self.close());
  // Whether the call still goes to the dead worker depends on when its death is noticed.
  const first = await run().catch(String);
  if (typeof first === 'string') expect(first).toContain('the worker died');
  expect(await run()).toEqual(before);
});

test('what cannot be loaded has a code', async ({ page }) => {
  await open(page, 'fused');
  const codes = await page.evaluate(async () => {
    const { loadForecaster, loadModel, RivuletError } = window.rivulet;
    const codeOf = (promise: Promise<unknown>) =>
      promise.then(
        () => 'loaded',
        (error) => (error instanceof RivuletError ? error.code : `not coded: ${error}`),
      );
    return Promise.all([
      codeOf(loadModel('/models/none.onnx')),
      codeOf(loadModel('/page.onnx')),
      codeOf(loadModel('http://')),
      codeOf(loadModel('http://127.0.0.1:9/model.onnx')),
      codeOf(loadModel(new Uint8Array(100))),
      codeOf(loadModel('/page.onnx', { signal: AbortSignal.abort() })),
      codeOf(loadForecaster('/models/handwriting-en')),
    ]);
  });
  expect(codes).toEqual([
    ...['MODEL_NOT_FOUND', 'ONNX_PARSE', 'ARGUMENT', 'MODEL_FETCH', 'ONNX_PARSE', 'ABORTED'],
    'MANIFEST_INVALID',
  ]);
});

test('operators that a model may need come while its file is on its way', async ({ page }) => {
  await open(page, 'fused');
  operatorsAsked = Promise.withResolvers();
  // Answered only when they have been asked for.
  const engine = await page.evaluate(async () => (await window.rivulet.loadModel('/late.onnx')).engine);
  expect(engine).toBe('fused');
});

test('operators that not every model needs come when a model needs them', async ({ page }) => {
  const fetched: string[] = [];
  page.on('request', (request) => fetched.push(request.url()));
  const late = () => fetched.filter((url) => OPERATORS_FILE.test(url)).length;
  await open(page, 'fused');
  const shape = [1, 3, 32];
  const x = Array.from({ length: 96 }, (_, i) => Math.sin(i));
  const run = await page.evaluate(
    async ({ x, shape }) => {
      const usual = await window.rivulet.loadModel('/models/handwriting-en/model.int8.onnx');
      await usual.dispose();
      const model = await window.rivulet.loadModel('/torch.onnx');
      const { y } = await model.run({ x: { data: Float32Array.from(x), shape } });
      return { engine: model.engine, y: [...y!.data] };
    },
    { x, shape },
  );
  expect(late()).toBe(1);
  const model = await node.loadModel(torch);
  const { y } = await model.run({ x: { data: Float32Array.from(x), shape } });
  await model.dispose();
  expect(run).toEqual({ engine: 'fused', y: [...y!.data].map((value) => expect.closeTo(value, 5)) });
});

test('a foreign graph runs where onnxruntime-web was chosen, and names its operator where not', async ({
  page,
}) => {
  const lines: string[] = [];
  page.on('console', (message) => lines.push(message.text()));
  const load = () =>
    page.evaluate(async () => {
      try {
        const model = await window.rivulet.loadModel('/foreign.onnx');
        const { y } = await model.run({ x: { data: Float32Array.of(0, 1), shape: [2] } });
        return { engine: model.engine, y: [...y!.data] };
      } catch (error) {
        return { message: String(error) };
      }
    });
  await open(page, 'fused');
  expect(await load()).toEqual({ message: expect.stringContaining('Asinh "theAsinh"') });
  await open(page, 'ort');
  expect(await load()).toEqual({ engine: 'ort', y: [0, expect.closeTo(0.8814, 4)] });
  expect(lines.filter((line) => line.includes('Asinh'))).toHaveLength(1);
});
