/** Operators of attention, masks and 8-bit activations around a recurrent network, against onnxruntime-web. */
import { attr, type OnnxModel, type OnnxNode, type OnnxTensor, writeOnnx } from '@rivulet/core';
import { loadModel } from '@rivulet/inference/node';
import { expect, it } from 'vitest';
import { levels, RARE_OPERATORS, signed } from './cases/rareOperators.ts';
import { compare } from './compareOperator.ts';
import { expectSame } from './expectSame.ts';
import { floats, modelOf, node } from './operatorCase.ts';

it.each(RARE_OPERATORS)('$name', compare);

it.each<[string, readonly OnnxTensor[]]>([
  ['weights that are no constant matrix of 8 bits', []],
  ['weights around a zero that is no constant of 8 bits', [signed('w', [2, 3], levels(6))]],
  ['2 zeros of 3 columns', [signed('w', [2, 3], levels(6)), signed('wz', [2], [1, 2])]],
])('MatMulInteger is refused: %s', async (why, constants) => {
  const made = modelOf({
    name: 'refused',
    nodes: [
      node('DynamicQuantizeLinear', ['a'], {}, ['q', 's', 'z']),
      node('DynamicQuantizeLinear', ['b'], {}, ['u', 'us', 'uz']),
      node('MatMulInteger', ['q', constants[0]?.name ?? 'u', 'z', constants[1]?.name ?? 'uz'], {}, ['p']),
      node('Cast', ['p'], { to: attr.int(1) }),
    ],
    inputs: [
      [4, 2],
      [2, 3],
    ],
    constants,
  });
  await expect(loadModel(writeOnnx(made), { engine: 'fused' })).rejects.toMatchObject({
    code: 'ONNX_UNSUPPORTED',
    details: { op: 'MatMulInteger', why },
  });
});

it.each([1, 8])("onnxruntime's DynamicQuantizeLSTM, %i scales a direction", async (scales) => {
  const [T, B, I, H] = [6, 2, 5, 4];
  const rows = 4 * H;
  const scale = (name: string): OnnxTensor => {
    const count = scales === 1 ? 2 : 2 * rows;
    const data = Float32Array.from({ length: count }, (_, i) => 0.004 + 0.0005 * (i % 7));
    return { name, shape: scales === 1 ? [2] : [2, rows], type: 'float32', data };
  };
  const zero = (name: string) =>
    signed(name, scales === 1 ? [2] : [2, rows], new Array(scales === 1 ? 2 : 2 * rows).fill(0));
  const layer: OnnxNode = {
    op: 'DynamicQuantizeLSTM',
    domain: 'com.microsoft',
    inputs: ['x', 'W', 'R', 'B', '', '', '', '', 'ws', 'wz', 'rs', 'rz'],
    outputs: ['y', 'h', 'c'],
    attributes: { hidden_size: attr.int(H), direction: attr.string('bidirectional') },
  };
  const float = (name: string) => ({ name, type: 'float32' as const, shape: [], unranked: true as const });
  const model: OnnxModel = {
    irVersion: 8,
    opset: 17,
    domains: { 'com.microsoft': 1 },
    graph: {
      name: 'quantised',
      nodes: [layer],
      initializers: [
        signed('W', [2, I, rows], levels(2 * I * rows)),
        signed('R', [2, H, rows], levels(2 * H * rows)),
        floats('B', [2, 2 * rows]),
        ...[scale('ws'), zero('wz'), scale('rs'), zero('rz')],
      ],
      inputs: [{ name: 'x', type: 'float32', shape: ['T', 'B', I] }],
      outputs: [float('y'), float('h'), float('c')],
    },
  };
  const bytes = writeOnnx(model);
  const [fused, ort] = [
    await loadModel(bytes, { engine: 'fused' }),
    await loadModel(bytes, { engine: 'ort' }),
  ];
  const x = { shape: [T, B, I], data: Float32Array.from({ length: T * B * I }, (_, i) => Math.sin(i)) };
  // onnxruntime rounds input and state to 8 bits before each product.
  expectSame(await fused.run({ x }), await ort.run({ x }), 0.02);
  expect(fused.engine).toBe('fused');
  await Promise.all([fused.dispose(), ort.dispose()]);
});
