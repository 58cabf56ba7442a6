/** Windows in front of a recurrent network and behind it, and what stretches time, against onnxruntime-web. */
import { attr, type OnnxNode, writeOnnx } from '@rivulet/core';
import { loadModel } from '@rivulet/inference/node';
import { expect, it } from 'vitest';
import { WINDOW_OPERATORS } from './cases/windowOperators.ts';
import { compare } from './compareOperator.ts';
import { floats, ints, modelOf, node } from './operatorCase.ts';

it.each(WINDOW_OPERATORS)('$name', compare);

const constants = [
  { ...floats('scales', [3]), data: Float32Array.of(1, 1, 2) },
  floats('w', [3, 2, 4]),
  ints('sizes', [2, 3, 9]),
];
const resize = (attributes: OnnxNode['attributes'], inputs = ['a', '', 'scales']): OnnxNode =>
  node('Resize', inputs, attributes);

it.each<[string, OnnxNode, number?]>([
  ['mode=cubic', resize({ mode: attr.string('cubic') })],
  [
    'coordinate_transformation_mode=tf_crop_and_resize',
    resize({ coordinate_transformation_mode: attr.string('tf_crop_and_resize') }),
  ],
  ['nearest_mode=up', resize({ nearest_mode: attr.string('up') })],
  ['antialias=1', resize({ mode: attr.string('linear'), antialias: attr.int(1) })],
  [
    'keep_aspect_ratio_policy=not_larger',
    resize({ keep_aspect_ratio_policy: attr.string('not_larger') }, ['a', '', '', 'sizes']),
  ],
  ['neither scales nor sizes', resize({}, ['a'])],
  ['of opset 10', resize({}, ['a', 'scales']), 10],
  ['weights that are not constant', node('ConvTranspose', ['a', 'b'])],
  ['a bias that is no constant row', node('ConvTranspose', ['a', 'w', 'b'])],
  ['weights of shape [3,2,4]', node('ConvTranspose', ['a', 'w'], { group: attr.int(2) })],
])('refused by name: %s', async (why, made, opset = 21) => {
  const bytes = writeOnnx(modelOf({ name: why, nodes: [made], inputs: [[2, 3, 7], [2]], constants, opset }));
  await expect(loadModel(bytes, { engine: 'fused' })).rejects.toMatchObject({
    code: 'ONNX_UNSUPPORTED',
    details: { op: made.op, why },
  });
});

it.each<[string, OnnxNode, number[]]>([
  ['other channels', node('ConvTranspose', ['a', 'w']), [1, 4, 5]],
  [
    'pads beyond all that comes out',
    node('ConvTranspose', ['a', 'w'], { pads: attr.ints([9, 9]) }),
    [1, 3, 2],
  ],
  ['scales of other dimensions', resize({}), [3, 5]],
  ['a size from nothing', resize({}, ['a', '', '', 'sizes']), [2, 3, 0]],
])('refused as it runs: %s', async (_name, made, shape) => {
  const model = await loadModel(
    writeOnnx(modelOf({ name: 'runs', nodes: [made], inputs: [shape], constants })),
    {
      engine: 'fused',
    },
  );
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  await expect(model.run({ a: { data, shape } })).rejects.toMatchObject({
    code: 'MODEL_SHAPE',
    details: { op: made.op },
  });
  await model.dispose();
});
