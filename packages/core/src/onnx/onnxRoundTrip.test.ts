import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attr, attributeOf } from './attr.ts';
import type { OnnxModel, OnnxTensor } from './onnxModel.ts';
import { readOnnx } from './readOnnx.ts';
import { anyModel } from './testing/anyModel.ts';
import { writeOnnx } from './writeOnnx.ts';

const model = (initializers: OnnxTensor[], attributes = {}): OnnxModel => ({
  irVersion: 10,
  opset: 21,
  graph: {
    name: 'g',
    nodes: [{ op: 'LSTM', inputs: ['x', '', 'r'], outputs: ['y'], attributes }],
    initializers,
    inputs: [],
    outputs: [],
  },
});

describe('a written model', () => {
  it('is read as the same model', () => {
    fc.assert(
      fc.property(anyModel, (one) => {
        expect(readOnnx(writeOnnx(one))).toEqual(one);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps int8 weights where they lie in the file', () => {
    const data = Int8Array.from({ length: 100 }, (_, i) => i - 50);
    const bytes = writeOnnx(model([{ name: 'w', shape: [4, 25], type: 'int8', data }]));
    const [w] = readOnnx(bytes).graph.initializers;
    expect(w!.data).toEqual(data);
    expect(w!.data.buffer).toBe(bytes.buffer);
  });

  it('reads float32 in place where it is aligned and copies it where it is not', () => {
    const data = Float32Array.of(1.5, -2.25, 3e-9);
    let inPlace = 0;
    // The name's length moves the data through all four alignments.
    for (const name of ['', 'a', 'ab', 'abc']) {
      const bytes = writeOnnx(model([{ name, shape: [3], type: 'float32', data }]));
      const [tensor] = readOnnx(bytes).graph.initializers;
      expect(tensor!.data).toEqual(data);
      if (tensor!.data.buffer === bytes.buffer) inPlace++;
    }
    expect(inPlace).toBe(1);
  });

  it('reads a file that begins inside a larger buffer', () => {
    const bytes = writeOnnx(model([{ name: 'w', shape: [2], type: 'int16', data: Int16Array.of(-1, 700) }]));
    for (const before of [1, 2, 3]) {
      const larger = new Uint8Array(bytes.length + 9).fill(0xff);
      larger.set(bytes, before);
      const [tensor] = readOnnx(larger.subarray(before, before + bytes.length)).graph.initializers;
      expect(tensor!.data).toEqual(Int16Array.of(-1, 700));
    }
  });

  it('holds the ends of int64', () => {
    const ends = attr.ints([2 ** 63, -(2 ** 63), -1, 2 ** 53 + 2]);
    const [node] = readOnnx(writeOnnx(model([], { ends }))).graph.nodes;
    expect(attributeOf(node!, 'ends', 'ints', [])).toEqual([2 ** 63, -(2 ** 63), -1, 2 ** 53 + 2]);
    const data = BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n));
    const [tensor] = readOnnx(writeOnnx(model([{ name: 'i', shape: [2], type: 'int64', data }]))).graph
      .initializers;
    expect(tensor!.data).toEqual(data);
  });

  it('is not written when a tensor does not fit its shape or its type', () => {
    const data = Float32Array.of(1, 2);
    expect(() => writeOnnx(model([{ name: 'w', shape: [3], type: 'float32', data }]))).toThrow(
      expect.objectContaining({
        code: 'TENSOR_SHAPE',
        details: { tensor: 'w', shape: [3], expected: 3, got: 2 },
      }),
    );
    expect(() => writeOnnx(model([{ name: 'w', shape: [2], type: 'int8', data }]))).toThrow(
      expect.objectContaining({
        code: 'ARGUMENT',
        details: { tensor: 'w', expected: 'Int8Array', got: 'Float32Array' },
      }),
    );
    expect(() => writeOnnx(model([], { hidden_size: attr.int(1.5) }))).toThrow(
      expect.objectContaining({ code: 'ARGUMENT', details: { value: 1.5 } }),
    );
  });
});

describe('attributeOf', () => {
  const node = model([], { hidden_size: attr.int(64), direction: attr.string('reverse') }).graph.nodes[0]!;

  it('gives the value, or the default for what is not there', () => {
    expect(attributeOf(node, 'hidden_size', 'int', 0)).toBe(64);
    expect(attributeOf(node, 'direction', 'string', 'forward')).toBe('reverse');
    expect(attributeOf(node, 'clip', 'float', undefined)).toBeUndefined();
    expect(attributeOf(node, 'constructor', 'int', 5)).toBe(5);
  });

  it('refuses an attribute of another type', () => {
    expect(() => attributeOf(node, 'direction', 'int', 0)).toThrow(
      expect.objectContaining({ code: 'ONNX_PARSE', message: 'LSTM: direction is string, expected int' }),
    );
  });
});
