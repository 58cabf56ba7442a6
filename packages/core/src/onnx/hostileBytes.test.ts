/** Whatever the bytes: an answer or a coded error, soon, and no memory because a length says so. */

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RivuletError } from '../errors.ts';
import { ONNX_TYPES } from './onnxType.ts';
import { ProtoWriter } from './protoWriter.ts';
import { readOnnx } from './readOnnx.ts';
import { anyModel } from './testing/anyModel.ts';
import { writeOnnx } from './writeOnnx.ts';

/** Fails on anything but a model or one of the reader's two codes, with an offset inside the file. */
function readOrRefuse(bytes: Uint8Array): RivuletError | undefined {
  // Beyond the file lie bytes that a reader which strays would take for fields.
  const room = new Uint8Array(bytes.length + 64).fill(0x0a);
  room.set(bytes, 32);
  try {
    readOnnx(room.subarray(32, 32 + bytes.length));
    return undefined;
  } catch (error) {
    if (!(error instanceof RivuletError)) throw error;
    expect(error.code).toMatch(/^ONNX_(PARSE|UNSUPPORTED)$/);
    const offset = error.details.offset as number;
    expect(offset).toBeGreaterThanOrEqual(0);
    expect(offset).toBeLessThanOrEqual(bytes.length);
    return error;
  }
}

/** Bytes overwritten, cut out, doubled, and the end cut off. */
const damage = fc.array(
  fc.record({
    at: fc.nat(1_000_000),
    kind: fc.constantFrom('set', 'flip', 'cut', 'double', 'truncate'),
    value: fc.oneof(fc.nat(255), fc.constantFrom(0x00, 0x7f, 0x80, 0xff)),
    length: fc.integer({ min: 1, max: 20 }),
  }),
  { minLength: 1, maxLength: 6 },
);

type Damage = typeof damage extends fc.Arbitrary<infer D> ? D : never;

function damaged(bytes: Uint8Array, changes: Damage): Uint8Array {
  let now = [...bytes];
  for (const { at, kind, value, length } of changes) {
    if (now.length === 0) break;
    const i = at % now.length;
    if (kind === 'set') now[i] = value;
    else if (kind === 'flip') now[i]! ^= 1 << (value & 7);
    else if (kind === 'cut') now.splice(i, length);
    else if (kind === 'double') now.splice(i, 0, ...now.slice(i, i + length));
    else now = now.slice(0, i);
  }
  return Uint8Array.from(now);
}

describe('readOnnx survives', () => {
  it('random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        readOrRefuse(bytes);
      }),
      { numRuns: 3000 },
    );
  });

  it('damaged models', () => {
    fc.assert(
      fc.property(anyModel, damage, (model, changes) => {
        readOrRefuse(damaged(writeOnnx(model), changes));
      }),
      { numRuns: 1500 },
    );
  });

  it('a model cut off at any byte', () => {
    const [model] = fc.sample(anyModel, { numRuns: 1, seed: 12 });
    const bytes = writeOnnx(model!);
    expect(bytes.length).toBeGreaterThan(100);
    for (let length = 0; length < bytes.length; length++) readOrRefuse(bytes.subarray(0, length));
  });

  it.each([
    ['field number 0', [0x02, 0x00], 'field number 0'],
    ['a group', [0x0b], 'wire type 3'],
    ['an endless integer', [0x08, ...new Array(11).fill(0x80)], 'more than ten bytes'],
    ['a number where the graph belongs', [0x38, 0x01], 'wire type 0 where 2 belongs'],
  ])('%s, and says so', (_, bytes, what) => {
    expect(readOrRefuse(Uint8Array.from(bytes))).toMatchObject({
      code: 'ONNX_PARSE',
      message: expect.stringContaining(what),
    });
  });

  it('integers of ten bytes, the longest there are, to both ends of int64', () => {
    const varint = (last: number): number[] => [...new Array(9).fill(last === 1 ? 0x80 : 0xff), last];
    // As the IR version: -1, and with only the top bit set the lowest int64 there is.
    for (const [last, value] of [
      [0x01, -(2 ** 63)],
      [0x7f, -1],
    ] as const) {
      const bytes = Uint8Array.from([0x08, ...varint(last), 0x3a, 0, 0x42, 2, 0x10, 21]);
      expect(readOnnx(bytes).irVersion).toBe(value);
    }
    expect(readOrRefuse(Uint8Array.from([0x08, ...new Array(10).fill(0xff), 0x01]))).toMatchObject({
      message: expect.stringContaining('more than ten bytes'),
    });
  });

  it('names the place of a bad integer inside a packed list', () => {
    // Graph, tensor, packed dims: one whole byte, then an integer that does not end.
    const bytes = Uint8Array.of(0x3a, 6, 0x2a, 4, 0x0a, 2, 0x01, 0x80);
    expect(readOrRefuse(bytes)).toMatchObject({ details: { offset: 6 } });
  });

  it('graphs within graphs, however deep', () => {
    // A node whose attribute holds a graph whose node ...: one that is followed down would end the stack.
    let inner = new Uint8Array(0);
    for (let depth = 0; depth < 5000; depth++) {
      const graph = inner;
      inner = new ProtoWriter()
        .message(1, (node) => node.string(4, 'If').message(5, (attribute) => attribute.bytes(6, graph)))
        .finish() as Uint8Array<ArrayBuffer>;
    }
    const bytes = new ProtoWriter()
      .bytes(7, inner)
      .message(8, (opset) => opset.int(2, 21))
      .finish();
    const [node] = readOnnx(bytes).graph.nodes;
    expect(node).toMatchObject({ op: 'If', attributes: { '': { kind: 'opaque' } } });
  });

  it('nodes that need each other in a circle: order is the business of whoever runs them', () => {
    const bytes = new ProtoWriter()
      .message(7, (graph) =>
        graph
          .message(1, (node) => node.string(1, 'b').string(2, 'a').string(4, 'Relu'))
          .message(1, (node) => node.string(1, 'a').string(2, 'b').string(4, 'Relu')),
      )
      .message(8, (opset) => opset.int(2, 21))
      .finish();
    expect(readOnnx(bytes).graph.nodes).toHaveLength(2);
  });

  it('no bytes at all', () => {
    expect(readOrRefuse(new Uint8Array(0))).toMatchObject({ code: 'ONNX_PARSE', details: { offset: 0 } });
  });
});

describe('a lying length', () => {
  /** Elements asked for, while `ask` runs, from every kind of typed array that tensors are kept in. */
  let asked = 0;
  const kinds = ONNX_TYPES as Record<string, { array: (typeof ONNX_TYPES)['int8']['array'] }>;
  const arrays = Object.entries(kinds).map(([type, { array }]) => [type, array] as const);

  beforeEach(() => {
    asked = 0;
    for (const [type, array] of arrays) {
      kinds[type]!.array = new Proxy(array, {
        construct(target, args) {
          asked += Number(args.length === 1 ? args[0] : args[2]);
          return Reflect.construct(target, args);
        },
      });
    }
  });
  afterEach(() => {
    for (const [type, array] of arrays) kinds[type]!.array = array;
  });

  /** A model whose one initializer is written by hand. */
  function withTensor(write: (tensor: ProtoWriter) => void): Uint8Array {
    return new ProtoWriter()
      .int(1, 10)
      .message(7, (graph) => graph.message(5, write))
      .message(8, (opset) => opset.int(2, 21))
      .finish();
  }

  it('in the shape of a tensor allocates nothing', () => {
    for (const dims of [[2 ** 31], [2 ** 20, 2 ** 20], [2 ** 40, 2 ** 40], [2 ** 63], [0, -5]]) {
      for (const { id } of Object.values(ONNX_TYPES)) {
        const bytes = withTensor((tensor) => {
          for (const dimension of dims) tensor.int(1, dimension);
          tensor.int(2, id).bytes(9, new Uint8Array(8));
        });
        expect(readOrRefuse(bytes)).toMatchObject({ code: 'ONNX_PARSE' });
      }
    }
    expect(asked).toBe(0);
  });

  it('in half a million dimensions makes no error of half a million numbers', () => {
    const bytes = withTensor((tensor) => {
      for (let i = 0; i < 500_000; i++) tensor.int(1, 1);
      tensor.int(1, 2).int(2, ONNX_TYPES.int8.id).bytes(9, Uint8Array.of(1));
    });
    const error = readOrRefuse(bytes);
    expect(error?.message).toMatch(/1, 1, \.\.\. 500001 dimensions\] has 2 elements, its data 1/);
    expect(JSON.stringify(error?.details).length).toBeLessThan(200);
  });

  it('in a field is measured against what is left', () => {
    for (const length of [4, 1000, 2 ** 28, 2 ** 32 - 1]) {
      const [file, ...rest] = lengthPrefixed(length);
      expect(readOrRefuse(Uint8Array.of(file!, ...rest, 1, 2, 3))).toMatchObject({
        code: 'ONNX_PARSE',
        message: expect.stringContaining(`${length} bytes announced, 3 left`),
      });
    }
    expect(readOrRefuse(Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0x7f))).toMatchObject({
      message: expect.stringContaining('beyond 32 bits'),
    });
    expect(asked).toBe(0);
  });

  it('in a message is measured against that message, not the file', () => {
    // The graph has two bytes: its name (field 2) of three, which lie behind it.
    const bytes = Uint8Array.of(0x3a, 2, 0x12, 3, 0x61, 0x62, 0x63);
    expect(readOrRefuse(bytes)).toMatchObject({
      details: { offset: 2, what: '3 bytes announced, 0 left' },
    });
  });

  /** The tag of field 7, the graph, and a length. */
  function lengthPrefixed(length: number): number[] {
    const bytes = [0x3a];
    for (let rest = length; ; rest = Math.floor(rest / 128)) {
      if (rest < 128) return [...bytes, rest];
      bytes.push((rest % 128) | 0x80);
    }
  }

  it('is told from an honest one', () => {
    const bytes = withTensor((tensor) => {
      tensor
        .int(1, 3)
        .int(2, ONNX_TYPES.int8.id)
        .bytes(9, Uint8Array.of(1, 2, 3));
    });
    expect(readOrRefuse(bytes)).toBeUndefined();
    expect(asked).toBe(3);
  });
});

describe('time', () => {
  it('grows with the bytes, also where every second byte begins a field', () => {
    const start = Date.now();
    // As a node: empty inputs, fields nobody knows, strings where numbers belong; as a tensor: dimensions.
    for (const fill of [0x0a, 0x7a, 0x08]) {
      const inner = Uint8Array.from({ length: 500_000 }, (_, i) => (i % 2 === 0 ? fill : 0));
      for (const field of [1, 5, 11]) {
        readOrRefuse(new ProtoWriter().message(7, (graph) => graph.bytes(field, inner)).finish());
      }
    }
    // Nine files of half a megabyte take some 20 ms each; anything quadratic would take hours.
    expect(Date.now() - start).toBeLessThan(20_000);
  });
});
