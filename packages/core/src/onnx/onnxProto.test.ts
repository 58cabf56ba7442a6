/** Against `onnx-proto`, protobufjs' code generated from onnx.proto itself: field numbers cannot both be wrong. */

import fc from 'fast-check';
import onnxProto from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import type { OnnxAttribute, OnnxTensor, OnnxValue } from './onnxModel.ts';
import { ONNX_TYPES } from './onnxType.ts';
import { readOnnx } from './readOnnx.ts';
import { anyModel } from './testing/anyModel.ts';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';
import { writeOnnx } from './writeOnnx.ts';

const { onnx } = onnxProto;
const { AttributeType } = onnx.AttributeProto;
const { DataType } = onnx.TensorProto;

type Proto = Parameters<typeof onnx.ModelProto.encode>[0];
type TensorProto = Parameters<typeof onnx.TensorProto.encode>[0];

function encode(graph: NonNullable<Proto['graph']>, rest: Partial<Proto> = {}): Uint8Array {
  return onnx.ModelProto.encode({ irVersion: 8, opsetImport: [{ version: 17 }], graph, ...rest }).finish();
}

function readTensors(...initializer: TensorProto[]): readonly OnnxTensor[] {
  return readOnnx(encode({ initializer })).graph.initializers;
}

describe('onnx-proto reads what writeOnnx writes', () => {
  it('in every field', () => {
    fc.assert(
      fc.property(anyModel, (model) => {
        const proto = onnx.ModelProto.decode(writeOnnx(model));
        expect(Number(proto.irVersion)).toBe(model.irVersion);
        expect(proto.producerName).toBe(model.producer ?? '');
        const opsets = proto.opsetImport.map(({ domain, version }) => [domain, Number(version)]);
        expect(Object.fromEntries(opsets)).toEqual({ '': model.opset, ...model.domains });
        expect(Object.fromEntries(proto.metadataProps.map(({ key, value }) => [key, value]))).toEqual(
          model.metadata ?? {},
        );
        const { graph } = model;
        expect(proto.graph!.name).toBe(graph.name);
        expect(proto.graph!.node).toHaveLength(graph.nodes.length);
        graph.nodes.forEach((node, i) => {
          const got = proto.graph!.node![i]!;
          expect(got).toMatchObject({ opType: node.op, input: node.inputs, output: node.outputs });
          expect(got.name).toBe(node.name ?? '');
          expect(got.domain).toBe(node.domain ?? '');
          expect(got.attribute!.map((one) => one.name)).toEqual(Object.keys(node.attributes));
          Object.values(node.attributes).forEach((attribute, a) => {
            expectAttribute(got.attribute![a]!, attribute);
          });
        });
        graph.initializers.forEach((tensor, i) => {
          expectTensor(proto.graph!.initializer![i]!, tensor);
        });
        for (const [got, values] of [
          [proto.graph!.input!, graph.inputs],
          [proto.graph!.output!, graph.outputs],
        ] as const) {
          values.forEach((value, i) => {
            expectValue(got[i]!, value);
          });
        }
      }),
    );
  });
});

function expectAttribute(
  got: Parameters<typeof onnx.AttributeProto.encode>[0],
  { kind, value }: OnnxAttribute,
): void {
  if (kind === 'int') expect([got.type, Number(got.i)]).toEqual([AttributeType.INT, value]);
  else if (kind === 'float') expect([got.type, got.f]).toEqual([AttributeType.FLOAT, value]);
  else if (kind === 'ints') expect([got.type, got.ints!.map(Number)]).toEqual([AttributeType.INTS, value]);
  else if (kind === 'floats') expect([got.type, got.floats]).toEqual([AttributeType.FLOATS, value]);
  else if (kind === 'string') expect([got.type, decodeUtf8(got.s!)]).toEqual([AttributeType.STRING, value]);
  else if (kind === 'strings') {
    expect([got.type, got.strings!.map(decodeUtf8)]).toEqual([AttributeType.STRINGS, value]);
  } else if (kind === 'tensor') {
    expect(got.type).toBe(AttributeType.TENSOR);
    expectTensor(got.t!, value);
  } else throw new Error(`no such attribute was made: ${kind}`);
}

function expectTensor(got: TensorProto, { name, shape, type, data }: OnnxTensor): void {
  expect(got.name).toBe(name);
  expect(got.dims!.map(Number)).toEqual(shape);
  expect(got.dataType).toBe(ONNX_TYPES[type].id);
  expect([...got.rawData!]).toEqual([...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]);
}

function expectValue(
  { name, type }: Parameters<typeof onnx.ValueInfoProto.encode>[0],
  value: OnnxValue,
): void {
  expect(name).toBe(value.name);
  expect(type!.tensorType!.elemType).toBe(ONNX_TYPES[value.type].id);
  const dimensions = type!.tensorType!.shape?.dim?.map((one) => {
    if (Object.hasOwn(one, 'dimValue')) return Number(one.dimValue);
    return Object.hasOwn(one, 'dimParam') ? one.dimParam : '';
  });
  if (value.unranked) expect(dimensions).toBeUndefined();
  else expect(dimensions).toEqual(value.shape);
}

describe('readOnnx reads what onnx-proto writes', () => {
  it.each<[string, TensorProto, OnnxTensor['data']]>([
    ['float_data', { dataType: DataType.FLOAT, floatData: [1.5, -2, 0] }, Float32Array.of(1.5, -2, 0)],
    [
      'int32_data',
      { dataType: DataType.INT32, int32Data: [1, -2, 2 ** 31 - 1] },
      Int32Array.of(1, -2, 2 ** 31 - 1),
    ],
    [
      'int32_data as int8',
      { dataType: DataType.INT8, int32Data: [1, -128, 127] },
      Int8Array.of(1, -128, 127),
    ],
    ['int32_data as uint8', { dataType: DataType.UINT8, int32Data: [1, 0, 255] }, Uint8Array.of(1, 0, 255)],
    ['int32_data as bool', { dataType: DataType.BOOL, int32Data: [1, 0, 1] }, Uint8Array.of(1, 0, 1)],
    [
      'int32_data as float16 bits',
      { dataType: DataType.FLOAT16, int32Data: [0x3c00, 0, 0xffff] },
      Uint16Array.of(0x3c00, 0, 0xffff),
    ],
    [
      'int64_data',
      { dataType: DataType.INT64, int64Data: [1, -2, 2 ** 40] },
      BigInt64Array.of(1n, -2n, 2n ** 40n),
    ],
    [
      'uint64_data as uint32',
      { dataType: DataType.UINT32, uint64Data: [1, 2, 2 ** 32 - 1] },
      Uint32Array.of(1, 2, 2 ** 32 - 1),
    ],
    [
      'uint64_data',
      { dataType: DataType.UINT64, uint64Data: [1, 2, 2 ** 40] },
      BigUint64Array.of(1n, 2n, 2n ** 40n),
    ],
    [
      'double_data',
      { dataType: DataType.DOUBLE, doubleData: [0.1, -2, 1e300] },
      Float64Array.of(0.1, -2, 1e300),
    ],
    ['raw_data', { dataType: DataType.FLOAT, rawData: new Uint8Array(12) }, new Float32Array(3)],
  ])('%s', (_, tensor, expected) => {
    expect(readTensors({ name: 't', dims: [3], ...tensor })[0]!.data).toEqual(expected);
  });

  it('takes a model of its own making whole', () => {
    const model = readOnnx(
      encode(
        {
          name: 'g',
          docString: 'skipped',
          node: [
            {
              opType: 'GRU',
              input: ['x', 'w'],
              output: ['', 'h'],
              docString: 'skipped',
              attribute: [
                { name: 'hidden_size', type: AttributeType.INT, i: 3, docString: 'skipped' },
                {
                  name: 'activations',
                  type: AttributeType.STRINGS,
                  strings: ['Tanh', 'Relu'].map(encodeUtf8),
                },
                { name: 'scale', type: AttributeType.FLOATS, floats: [0.5, 2] },
                { name: 'empty', type: AttributeType.INTS },
              ],
            },
          ],
          input: [
            {
              name: 'x',
              type: {
                tensorType: {
                  elemType: DataType.FLOAT,
                  shape: { dim: [{ dimParam: 'T' }, { dimValue: 2 }, {}] },
                },
              },
            },
          ],
          valueInfo: [{ name: 'skipped' }],
        },
        {
          producerName: 'elsewhere',
          modelVersion: 7,
          opsetImport: [
            { domain: 'com.microsoft', version: 1 },
            { domain: 'ai.onnx', version: 15 },
          ],
          metadataProps: [{ key: 'k', value: 'v' }],
        },
      ),
    );
    expect(model).toEqual({
      irVersion: 8,
      opset: 15,
      domains: { 'com.microsoft': 1 },
      producer: 'elsewhere',
      metadata: { k: 'v' },
      graph: {
        name: 'g',
        nodes: [
          {
            op: 'GRU',
            inputs: ['x', 'w'],
            outputs: ['', 'h'],
            attributes: {
              hidden_size: { kind: 'int', value: 3 },
              activations: { kind: 'strings', value: ['Tanh', 'Relu'] },
              scale: { kind: 'floats', value: [0.5, 2] },
              empty: { kind: 'ints', value: [] },
            },
          },
        ],
        initializers: [],
        inputs: [{ name: 'x', type: 'float32', shape: ['T', 2, ''] }],
        outputs: [],
      },
    });
  });

  it('keeps a subgraph as the bytes it came in', () => {
    const attribute = {
      name: 'body',
      type: AttributeType.GRAPH,
      g: { name: 'inner', node: [{ opType: 'Add' }] },
    };
    const model = readOnnx(encode({ node: [{ opType: 'Loop', attribute: [attribute] }] }));
    expect(model.graph.nodes[0]!.attributes.body!.kind).toBe('opaque');
    const back = onnx.ModelProto.decode(writeOnnx(model)).graph!.node![0]!.attribute![0]!;
    expect(back).toMatchObject({ name: 'body', type: AttributeType.GRAPH });
    expect(back.g!.node![0]!.opType).toBe('Add');
  });

  it('infers the type of an attribute from before there was a type', () => {
    const attribute = [
      { name: 'i', i: 4 },
      { name: 'fs', floats: [1, 2] },
    ];
    const [node] = readOnnx(encode({ node: [{ opType: 'Old', attribute }] })).graph.nodes;
    expect(node!.attributes).toEqual({ i: { kind: 'int', value: 4 }, fs: { kind: 'floats', value: [1, 2] } });
  });
});

describe('readOnnx refuses by name', () => {
  it.each<[string, NonNullable<Proto['graph']>, object]>([
    [
      'data in another file',
      {
        initializer: [
          {
            name: 'w',
            dims: [2],
            dataType: DataType.FLOAT,
            dataLocation: onnx.TensorProto.DataLocation.EXTERNAL,
            externalData: [{ key: 'location', value: '../weights.bin' }],
          },
        ],
      },
      { code: 'ONNX_UNSUPPORTED', details: expect.objectContaining({ tensor: 'w' }) },
    ],
    [
      'an element type it does not read',
      { initializer: [{ name: 's', dims: [1], dataType: DataType.STRING, stringData: [encodeUtf8('a')] }] },
      { code: 'ONNX_UNSUPPORTED', details: expect.objectContaining({ tensor: 's', elementType: 8 }) },
    ],
    ['sparse initializers', { sparseInitializer: [{ dims: [2] }] }, { code: 'ONNX_UNSUPPORTED' }],
    [
      'an input that is no tensor',
      { input: [{ name: 'list', type: { sequenceType: {} } }] },
      { code: 'ONNX_UNSUPPORTED', details: expect.objectContaining({ value: 'list' }) },
    ],
    [
      'data that does not fill its shape',
      { initializer: [{ name: 'w', dims: [2, 3], dataType: DataType.FLOAT, floatData: [1, 2] }] },
      {
        code: 'ONNX_PARSE',
        details: expect.objectContaining({ tensor: 'w', shape: [2, 3], expected: 6, got: 2 }),
      },
    ],
    [
      'more data than its shape holds',
      { initializer: [{ name: 'w', dims: [2], dataType: DataType.INT8, rawData: new Uint8Array(3) }] },
      { code: 'ONNX_PARSE', details: expect.objectContaining({ tensor: 'w', expected: 2, got: 3 }) },
    ],
    [
      'two negative dimensions whose product would fit',
      { initializer: [{ name: 'w', dims: [-1, -1], dataType: DataType.FLOAT, floatData: [1] }] },
      { code: 'ONNX_PARSE', details: expect.objectContaining({ tensor: 'w', shape: [-1, -1] }) },
    ],
    [
      'a negative dimension',
      { initializer: [{ name: 'w', dims: [-1], dataType: DataType.FLOAT, floatData: [1] }] },
      { code: 'ONNX_PARSE', details: expect.objectContaining({ tensor: 'w', shape: [-1] }) },
    ],
    [
      'a node without an operator',
      { node: [{ name: 'n', output: ['y'] }] },
      { code: 'ONNX_PARSE', details: expect.objectContaining({ node: 'n' }) },
    ],
    [
      'an attribute that is not what it says',
      { node: [{ opType: 'A', attribute: [{ name: 'a', type: AttributeType.INT, f: 1 }] }] },
      { code: 'ONNX_PARSE', message: expect.stringContaining('attribute a says it is int and holds float') },
    ],
  ])('%s', (_, graph, expected) => {
    expect(() => readOnnx(encode(graph))).toThrow(expect.objectContaining(expected));
  });

  it('a file without a graph or without an operator set', () => {
    const opsetImport = [{ version: 17 }];
    expect(() => readOnnx(onnx.ModelProto.encode({ irVersion: 8, opsetImport }).finish())).toThrow(
      /no graph/,
    );
    expect(() => readOnnx(onnx.ModelProto.encode({ irVersion: 8, graph: {} }).finish())).toThrow(
      /no version/,
    );
  });
});
