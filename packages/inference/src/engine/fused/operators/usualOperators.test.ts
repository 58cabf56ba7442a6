/** Which models need no further file: a page of ours fetches the engine's first part and is done. */
import { readFileSync } from 'node:fs';
import { readOnnx } from '@rivulet/core';
import { expect, it } from 'vitest';
import { isRefusal, planGraph } from '../planGraph.ts';
import { OPERATORS } from './operators.ts';
import { USUAL_OPERATORS } from './usualOperators.ts';

const root = new URL('../../../../../../', import.meta.url);
const modelAt = (path: string) => readOnnx(readFileSync(new URL(path, root)));

it.each(
  ['handwriting-en', 'sensor-forecaster'].flatMap((name) => [
    `models/${name}/model.onnx`,
    `models/${name}/model.int8.onnx`,
  ]),
)('%s is made of the usual ones', (path) => {
  expect(isRefusal(planGraph(modelAt(path), USUAL_OPERATORS))).toBe(false);
});

it('the others are asked for by name', () => {
  const model = modelAt('test/fixtures/torch/conv-gru.onnx');
  expect(planGraph(model, USUAL_OPERATORS)).toMatchObject({ op: 'Conv', why: 'not covered' });
  expect(isRefusal(planGraph(model, OPERATORS))).toBe(false);
});

it('every usual one is among all', () => {
  expect(Object.keys(USUAL_OPERATORS).filter((name) => !Object.hasOwn(OPERATORS, name))).toEqual([]);
});
