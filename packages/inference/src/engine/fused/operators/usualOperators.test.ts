/** Which models need no further file: a page of ours fetches the engine's first part and is done. */
import { readFileSync } from 'node:fs';
import { attr, type OnnxNode, readOnnx } from '@rivulet/core';
import { expect, it } from 'vitest';
import { smallModel } from '../../../testing/smallModel.ts';
import { isRefusal, planGraph } from '../planGraph.ts';
import { OPERATORS, planWithAll } from './operators.ts';
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
  expect(isRefusal(planWithAll(model))).toBe(false);
});

/** The small network, an RNN, with more attributes. */
const rnnWith = (attributes: OnnxNode['attributes']) => {
  const { graph } = smallModel;
  const nodes = graph.nodes.map((node) => ({ ...node, attributes: { ...node.attributes, ...attributes } }));
  return { ...smallModel, graph: { ...graph, nodes } };
};

it.each<OnnxNode['attributes']>([
  { activations: attr.strings(['Tanh']), clip: attr.float(0) },
  { activations: attr.strings(['Relu']), layout: attr.int(0) },
])('a cell that is as usual, and says so, is a usual one: %o', (attributes) => {
  expect(isRefusal(planGraph(rnnWith(attributes), USUAL_OPERATORS))).toBe(false);
});

it.each<OnnxNode['attributes']>([
  { activations: attr.strings(['Softsign']) },
  { clip: attr.float(2) },
  { layout: attr.int(1) },
])('a changed one is asked for: %o', (attributes) => {
  const model = rnnWith(attributes);
  expect(planGraph(model, USUAL_OPERATORS)).toMatchObject({ op: 'RNN' });
  expect(isRefusal(planWithAll(model))).toBe(false);
});

it.each<[OnnxNode['attributes'], string]>([
  [{ activations: attr.strings(['Tanh', 'Tanh']) }, 'activations Tanh, Tanh'],
  [{ direction: attr.string('sideways') }, 'direction=sideways'],
])('one that there is not is refused by name: %o', (attributes, why) => {
  expect(planWithAll(rnnWith(attributes))).toMatchObject({ op: 'RNN', why });
});

it('every usual one is among all', () => {
  expect(Object.keys(USUAL_OPERATORS).filter((name) => !Object.hasOwn(OPERATORS, name))).toEqual([]);
});
