/** What the functions for sequences refuse: by a coded error that names the value, before the model is asked. */
import { type Manifest, writeOnnx } from '@rivulet/core';
import { afterAll, expect, it } from 'vitest';
import { loadModel } from '../node.ts';
import { failure } from '../testing/failure.ts';
import { smallModel } from '../testing/smallModel.ts';
import { classifySequence } from './classifySequence.ts';
import { estimateSequence } from './estimateSequence.ts';
import { generateText } from './generateText.ts';
import { makeSequence } from './makeSequence.ts';
import type { SequenceManifest } from './sequenceManifest.ts';
import { tagSequence } from './tagSequence.ts';
import { translateSequence } from './translateSequence.ts';

const model = await loadModel(writeOnnx(smallModel));
afterAll(() => model.dispose());

const manifestOf = (task: Manifest['task']): SequenceManifest =>
  ({
    ...{ name: 'small', task, featureVersion: 'sequence-1', features: { tokens: ['a', 'b'], longest: 3 } },
    head: { kind: 'classes', labels: ['a', 'b'] },
    inputs: [
      { name: 'x', shape: ['T', 1, 3] },
      { name: 'given', shape: [1, 1, 2] },
    ],
    outputs: [],
  }) as unknown as SequenceManifest;

const classes = manifestOf('sequence-class');
const tags = manifestOf('sequence-tags');
const text = manifestOf('text-model');
const translation = manifestOf('sequence-translation');
const vectors = manifestOf('vector-sequence');
const values = manifestOf('sequence-values');

it.each([null, undefined, 5, {}, new Map(), Float32Array.of(1)])('%o is no sequence', async (x) => {
  const refused = { code: 'ARGUMENT', details: { got: String(x) } };
  expect(await failure(classifySequence(model, classes, x as never))).toMatchObject(refused);
  expect(await failure(tagSequence(model, tags, x as never))).toMatchObject(refused);
  expect(await failure(translateSequence(model, translation, x as never))).toMatchObject(refused);
  expect(await failure(estimateSequence(model, values, x as never))).toMatchObject(refused);
});

it.each([null, undefined, 'manifest.json'])('%o is no manifest', async (manifest) => {
  expect(await failure(classifySequence(model, manifest as never, 'ab'))).toMatchObject({
    code: 'ARGUMENT',
    details: { got: String(manifest) },
  });
});

it.each([null, 5, {}, [1], [1, Number.NaN], ['1', '2']])('%o is no vector of two numbers', async (vector) => {
  const details = { expected: 2 };
  expect(await failure(makeSequence(model, vectors, vector as never))).toMatchObject({
    code: 'ARGUMENT',
    details,
  });
});

it.each([
  [{ prompt: 5 }, { prompt: '5' }],
  [{ prompt: null }, { prompt: 'null' }],
  [{ prompt: '' }, { prompt: '' }],
  [{ prompt: 'c' }, { token: 'c' }],
  [{ prompt: 'a', length: 0.5 }, { length: 0.5 }],
  [{ prompt: 'a', random: 0.5 }, { random: '0.5' }],
])('no text is generated with %o', async (options, details) => {
  expect(await failure(generateText(model, text, options as never))).toMatchObject({
    code: 'ARGUMENT',
    details,
  });
});

it.each([null, 5])('%o are no options', async (options) => {
  const refused = { code: 'ARGUMENT', details: { options: String(options) } };
  expect(await failure(generateText(model, text, options as never))).toMatchObject(refused);
  expect(await failure(translateSequence(model, translation, 'ab', options as never))).toMatchObject(refused);
  expect(await failure(makeSequence(model, vectors, [1, 2], options as never))).toMatchObject(refused);
});

it.each([undefined, 'ab', {}, null])('%o are no labels', async (labels) => {
  const given = { ...classes, features: {}, head: { kind: 'classes', labels } as never };
  expect(await failure(classifySequence(model, given, [[1, 2, 3]]))).toMatchObject({
    code: 'MANIFEST_INVALID',
    details: { key: 'head.labels', got: String(labels) },
  });
});

it("refuses a manifest whose classes are not the model's", async () => {
  const stepped = { inputs: [{ name: 'x', shape: ['T', 1, 3] }], features: { longest: 3 } };
  const x = [[1, 2, 3]];
  for (const labels of [[], ['a'], ['a', 'b', 'c']]) {
    const of = (task: Manifest['task']) =>
      ({ ...manifestOf(task), ...stepped, head: { kind: 'classes', labels } }) as SequenceManifest;
    const refused = { code: 'MODEL_SHAPE', details: { expected: labels.length, got: 2 } };
    expect(await failure(classifySequence(model, of('sequence-class'), x))).toMatchObject(refused);
    expect(await failure(tagSequence(model, of('sequence-tags'), x))).toMatchObject(refused);
  }
});

it('refuses a manifest that lacks what a vector needs', async () => {
  const [x, given] = vectors.inputs;
  expect(await failure(makeSequence(model, { ...vectors, inputs: [x!, {} as never] }, [1, 2]))).toMatchObject(
    { code: 'MANIFEST_INVALID', details: { key: 'inputs' } },
  );
  for (const longest of [undefined, 0, Number.NaN, '3']) {
    const manifest = { ...vectors, inputs: [x!, given!], features: { longest } };
    expect(await failure(makeSequence(model, manifest, [1, 2], { steps: 2 }))).toMatchObject({
      code: 'MANIFEST_INVALID',
      details: { key: 'features.longest', got: String(longest) },
    });
  }
});
