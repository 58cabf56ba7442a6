/**
 * What JavaScript lets through though it is no argument: each public function, at each place that takes one, either
 * works with it or says so by a coded error. A bare object has no text of its own, a symbol gives none to a template.
 */

import { fileURLToPath } from 'node:url';
import { type Manifest, RivuletError, shown, writeOnnx } from '@rivulet/core';
import { afterAll, describe, expect, it } from 'vitest';
import * as node from './node.ts';
import { naiveManifest } from './testing/naiveForecaster.ts';
import { halves, smallModel } from './testing/smallModel.ts';

const bare = (): Record<string, never> => Object.create(null);
const textless = {
  toString() {
    throw new Error('no text');
  },
};
const ODD: readonly unknown[] = [
  ...[null, 5, Number.NaN, 'text', true, Symbol('odd'), 10n, () => {}, [], [1], bare(), [bare()]],
  ...[[Symbol('odd')], { toString: null }, textless, new Map(), new Date(0)],
];

const models = fileURLToPath(new URL('../../../models/', import.meta.url));
const folder = `${models}sensor-forecaster`;
const bytes = writeOnnx(smallModel);
const chunk = new Float32Array(3);
const rows = { data: chunk, shape: [1, 1, 3] };
const y = Float32Array.from({ length: 60 }, (_, t) => Math.sin(t / 4));
const model = await node.loadModel(bytes);
const forecaster = await node.loadForecaster(folder);
const recognizer = await node.createHandwritingRecognizer({ languages: ['en'] }, { models });
const [stream, group, grown] = [
  model.createStream(),
  model.createStreamGroup(1),
  model.createIncrementalRun(),
];
const snapshot = await stream.snapshot();
afterAll(async () => {
  recognizer.finish();
  await Promise.all([model.dispose(), forecaster.dispose()]);
});

const manifestOf = (task: Manifest['task']): Manifest => ({
  ...naiveManifest({ task, featureVersion: 'sequence-1', features: { tokens: ['a', 'b'], longest: 3 } }),
  head: { kind: 'classes', labels: ['a', 'b'] },
  inputs: [
    { name: 'x', shape: ['T', 1, 3] },
    { name: 'given', shape: [1, 1, 2] },
  ],
});
const classes = manifestOf('sequence-class');
const text = manifestOf('text-model');

// biome-ignore lint/suspicious/noExplicitAny: what no type allows is what is tried
type Call = (value: any) => unknown;
type Calls = Readonly<Record<string, Call>>;
/** `call` with each of the keys set in turn. */
const each = (keys: readonly string[], call: Call): Calls =>
  Object.fromEntries(keys.map((key) => [`{ ${key} }`, (value: unknown) => call({ [key]: value })]));
const FILES = ['signal', 'onProgress', 'cache', 'fetch'];

const FUNCTIONS: Readonly<Record<string, Calls>> = {
  loadModel: {
    source: (v) => node.loadModel(v),
    options: (v) => node.loadModel(bytes, v),
    ...each([...FILES, 'engine', 'variant', 'dtype', 'sha256'], (v) => node.loadModel(bytes, v)),
  },
  loadForecaster: {
    folder: (v) => node.loadForecaster(v),
    options: (v) => node.loadForecaster(folder, v),
    ...each([...FILES, 'engine', 'variant', 'dtype'], (v) => node.loadForecaster(folder, v)),
  },
  openModelFolder: {
    folder: (v) => node.openModelFolder(v),
    options: (v) => node.openModelFolder(folder, v),
    ...each(['signal', 'onProgress', 'cache'], (v) => node.openModelFolder(folder, v)),
    weights: async (v) => (await node.openModelFolder(folder)).bytes(v),
  },
  createHandwritingRecognizer: {
    constraint: (v) => node.createHandwritingRecognizer(v, { models }),
    languages: (v) => node.createHandwritingRecognizer({ languages: v }, { models }),
    options: (v) => node.createHandwritingRecognizer({ languages: ['en'] }, v),
    ...each(['models', ...FILES, 'engine', 'dtype'], (v) =>
      node.createHandwritingRecognizer({ languages: ['en'] }, { models, ...v }),
    ),
    hints: (v) => recognizer.startDrawing(v),
    alternatives: (v) => recognizer.startDrawing({ alternatives: v }),
    stroke: (v) => recognizer.startDrawing().addStroke(v),
  },
  queryHandwritingRecognizer: {
    constraint: (v) => node.queryHandwritingRecognizer(v, { models }),
    options: (v) => node.queryHandwritingRecognizer({ languages: ['en'] }, v),
    ...each(['models', ...FILES], (v) =>
      node.queryHandwritingRecognizer({ languages: ['en'] }, { models, ...v }),
    ),
  },
  HandwritingStroke: {
    point: (v) => new node.HandwritingStroke().addPoint(v),
    ...each(['x', 'y', 't'], (v) => new node.HandwritingStroke().addPoint({ x: 0, y: 0, ...v })),
  },
  'model.run': {
    feeds: (v) => model.run(v),
    feed: (v) => model.run({ x: v }),
    ...each(['data', 'shape'], (v) => model.run({ x: { ...rows, ...v } })),
    'a dimension': (v) => model.run({ x: { data: chunk, shape: [v, 1, 3] } }),
    'a fixed dimension': (v) => model.run({ x: { data: chunk, shape: [1, 1, v] } }),
    options: (v) => model.run(halves(1), v),
    ...each(['signal'], (v) => model.run(halves(1), v)),
  },
  'model.createStream': {
    options: (v) => model.createStream(v).push(chunk),
    ...each(['states', 'timeAxis', 'initial', 'output'], (v) => model.createStream(v).push(chunk)),
    'a state': (v) => model.createStream({ states: { h0: v } }).push(chunk),
    'an initial state': (v) => model.createStream({ initial: { h0: v } }).push(chunk),
  },
  'model.createStreamGroup': {
    size: (v) => model.createStreamGroup(v).sequences(),
    options: (v) => model.createStreamGroup(1, v).push(rows),
    ...each(['states', 'timeAxis', 'initial', 'output'], (v) => model.createStreamGroup(1, v).push(rows)),
  },
  'model.createIncrementalRun': {
    options: (v) => model.createIncrementalRun(v).push(chunk),
    ...each(['output'], (v) => model.createIncrementalRun(v).push(chunk)),
  },
  'model.restore': {
    snapshot: (v) => model.restore(v),
    options: (v) => model.restore(snapshot, v),
    ...each(['output'], async (v) => (await model.restore(snapshot, v)).push(chunk)),
  },
  'stream.push': {
    chunk: (v) => stream.push(v),
    ...each(['data', 'shape'], (v) => stream.push({ data: chunk, shape: [1, 3], ...v })),
    'a dimension': (v) => stream.push({ data: chunk, shape: [v, 3] }),
    options: (v) => stream.push(chunk, v),
    ...each(['signal'], (v) => stream.push(chunk, v)),
  },
  'stream.run': {
    feeds: (v) => stream.run(v),
    feed: (v) => stream.run({ x: v }),
    ...each(['data', 'shape'], (v) => stream.run({ x: { ...rows, ...v } })),
    'a dimension': (v) => stream.run({ x: { data: chunk, shape: [v, 1, 3] } }),
    options: (v) => stream.run(halves(1), v),
  },
  'group.push': {
    chunk: (v) => group.push(v),
    options: (v) => group.push(rows, v),
  },
  'group.pushEach': {
    chunks: (v) => group.pushEach(v),
    'a chunk': (v) => group.pushEach([v]),
    options: (v) => group.pushEach([chunk], v),
  },
  'group, of a sequence': {
    join: async (v) => group.leave(await group.join(v)),
    leave: (v) => group.leave(v),
    reset: (v) => group.reset(v),
    snapshot: (v) => group.snapshot(v),
  },
  'incremental run': {
    chunk: (v) => grown.push(v),
    options: (v) => grown.push(chunk, v),
  },
  'forecaster.predict': {
    request: (v) => forecaster.predict(v),
    ...each(['y', 'horizon', 'levels', 'season'], (v) => forecaster.predict({ y, horizon: 4, ...v })),
    'a reading': (v) => forecaster.predict({ y: [...y, v], horizon: 4 }),
    'a level': (v) => forecaster.predict({ y, horizon: 4, levels: [v] }),
    options: (v) => forecaster.predict({ y, horizon: 4 }, v),
  },
  generateText: {
    model: (v) => node.generateText(v, text, { prompt: 'a' }),
    manifest: (v) => node.generateText(model, v, { prompt: 'a' }),
    ...each(['head', 'features', 'task', 'name'], (v) =>
      node.generateText(model, { ...text, ...v }, { prompt: 'a' }),
    ),
    options: (v) => node.generateText(model, text, v),
    ...each(['prompt', 'length', 'temperature', 'stop', 'random'], (v) =>
      node.generateText(model, text, { prompt: 'a', length: 1, ...v }),
    ),
  },
  makeSequence: {
    model: (v) => node.makeSequence(v, manifestOf('vector-sequence'), [1, 2]),
    vector: (v) => node.makeSequence(model, manifestOf('vector-sequence'), v),
    'a number': (v) => node.makeSequence(model, manifestOf('vector-sequence'), [1, v]),
    options: (v) => node.makeSequence(model, manifestOf('vector-sequence'), [1, 2], v),
    ...each(['steps'], (v) => node.makeSequence(model, manifestOf('vector-sequence'), [1, 2], v)),
  },
  translateSequence: {
    model: (v) => node.translateSequence(v, manifestOf('sequence-translation'), 'ab'),
    sequence: (v) => node.translateSequence(model, manifestOf('sequence-translation'), v),
    options: (v) => node.translateSequence(model, manifestOf('sequence-translation'), 'ab', v),
    ...each(['longest'], (v) => node.translateSequence(model, manifestOf('sequence-translation'), 'ab', v)),
  },
  classifySequence: {
    model: (v) => node.classifySequence(v, classes, 'ab'),
    manifest: (v) => node.classifySequence(model, v, 'ab'),
    ...each(['inputs', 'features', 'featureVersion'], (v) =>
      node.classifySequence(model, { ...classes, ...v }, 'ab'),
    ),
    sequence: (v) => node.classifySequence(model, classes, v),
    'a token': (v) => node.classifySequence(model, classes, ['a', v]),
    options: (v) => node.classifySequence(model, classes, 'ab', v),
  },
  tagSequence: { sequence: (v) => node.tagSequence(model, manifestOf('sequence-tags'), v) },
  estimateSequence: { sequence: (v) => node.estimateSequence(model, manifestOf('sequence-values'), v) },
};

/** The Handwriting Recognition API names its own: a TypeError for what is of no use, else a DOMException. */
const WICG: readonly string[] = [
  ...['createHandwritingRecognizer', 'queryHandwritingRecognizer', 'HandwritingStroke'],
];

it('tries every public function', () => {
  const tried = Object.keys(FUNCTIONS);
  expect(Object.keys(node).filter((name) => name !== 'RivuletError' && !tried.includes(name))).toEqual([]);
});

describe.each(Object.entries(FUNCTIONS))('%s', (name, calls) => {
  it.each(Object.entries(calls))('%s', async (_place, call) => {
    for (const value of ODD) {
      const failed = await (async () => call(value))().then(
        () => undefined,
        (error) => error,
      );
      if (failed === undefined || (failed instanceof RivuletError && failed.code !== 'INTERNAL')) continue;
      const itsOwn = WICG.includes(name) && (failed instanceof TypeError || failed instanceof DOMException);
      // A text that throws is called as the specification's own conversions do.
      if (itsOwn || (WICG.includes(name) && failed?.message === 'no text')) continue;
      expect.fail(`${shown(value)}: ${failed?.stack ?? shown(failed)}`);
    }
  });
});

/** Those whose options mean something to this library, and not only a signal. */
const OPTIONS = Object.entries(FUNCTIONS).flatMap(([name, { options }]) =>
  options !== undefined && !/\.push|\.run|\.predict|incremental|classify/.test(name)
    ? [[name, options] as const]
    : [],
);

describe.each(OPTIONS)('options of %s', (_name, call) => {
  it.each([null, 5, 'text', true, Symbol('odd'), 10n])('%o are none', async (options) => {
    const refused = { code: 'ARGUMENT', details: { options: String(options) } };
    await expect((async () => call(options))()).rejects.toMatchObject(refused);
  });
});

it('options without a prototype are options', async () => {
  const plain = Object.assign(bare(), { engine: 'fused' as const });
  const loaded = await node.loadModel(bytes, plain);
  expect(loaded.engine).toBe('fused');
  const going = loaded.createStream(Object.assign(bare(), { output: 'y', initial: bare() }));
  expect((await going.push(chunk, bare())).shape).toEqual([1, 2]);
  expect((await loaded.run(Object.assign(bare(), halves(1)), bare())).y!.shape).toEqual([1, 1, 1, 2]);
  const restored = await loaded.restore(await going.snapshot(), bare());
  expect(await restored.steps()).toBe(1);
  await loaded.dispose();
});
