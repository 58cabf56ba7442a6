import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WordReader, WordWriter } from './wordCodec.ts';

function crossed(writer: WordWriter, reader: WordReader, ...values: unknown[]): unknown[] | undefined {
  const length = writer.write(...values);
  if (length < 0) return undefined;
  reader.words.fill(-1);
  reader.words.set(writer.words.subarray(0, length));
  reader.begin();
  return values.map(() => reader.value());
}

const typed = fc.oneof(
  fc.float32Array(),
  fc.float64Array(),
  fc.int32Array(),
  fc.uint8Array(),
  fc.bigInt64Array(),
);
const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.double(),
    fc.integer(),
    fc.string({ unit: 'binary' }),
    fc.boolean(),
    fc.constantFrom(undefined, null),
    typed,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      tie('value'),
      { noNullPrototype: true, maxKeys: 4 },
    ),
  ),
})).value;

it('carries what structured clone would, frame after frame', () => {
  const [writer, reader] = [new WordWriter(20_000), new WordReader(20_000)];
  fc.assert(
    fc.property(fc.array(plain, { maxLength: 4 }), (values) => {
      expect(crossed(writer, reader, ...values)).toStrictEqual(structuredClone(values));
    }),
  );
});

it('carries samples of a view, bit by bit, and gives them a memory of their own', () => {
  const [writer, reader] = [new WordWriter(100), new WordReader(100)];
  const whole = Float32Array.of(1, -0, Number.NaN, Number.POSITIVE_INFINITY, 1e-45, 6);
  const [one] = crossed(writer, reader, whole.subarray(1, 5)) as [Float32Array];
  expect(one).toStrictEqual(whole.slice(1, 5));
  expect(one.buffer.byteLength).toBe(16);
  crossed(writer, reader, new Float32Array(5));
  expect(one[3]).toBe(whole[4]);
});

it('sends a name once, and forgets those of a frame that was not written', () => {
  const [writer, reader] = [new WordWriter(60), new WordReader(60)];
  const first = writer.write({ aLongerName: 1 });
  expect(crossed(writer, reader, { another: new Float32Array(60) })).toBeUndefined();
  expect(writer.write({ aLongerName: 1 })).toBeLessThan(first);
  const fresh: [WordWriter, WordReader] = [new WordWriter(60), new WordReader(60)];
  expect(crossed(...fresh, { a: new Float32Array(60) })).toBeUndefined();
  expect(crossed(...fresh, { b: 1 })).toEqual([{ b: 1 }]);
  expect(crossed(...fresh, { a: 2, b: 3 })).toEqual([{ a: 2, b: 3 }]);
});

it('carries more names than it remembers', () => {
  const [writer, reader] = [new WordWriter(1000), new WordReader(1000)];
  for (let i = 0; i < 3000; i++) {
    const value = { [`name ${i}`]: i, [`name ${i >> 1}`]: -i, ['long'.repeat(20)]: i };
    expect(crossed(writer, reader, value)).toEqual([value]);
  }
});

const circle: unknown[] = [];
circle.push(circle);
it.each([
  [() => 0],
  [Symbol('s')],
  [1n],
  [new Map()],
  [new Date(0)],
  [new ArrayBuffer(4)],
  [new Uint16Array(2)],
  [Object.create({ inherited: 1 })],
  [JSON.parse('{"__proto__": 1}')],
  [circle],
  [new Float32Array(97)],
  ['a'.repeat(99)],
])('leaves %o to a message', (value) => {
  const writer = new WordWriter(100);
  expect(writer.write(1, value)).toBe(-1);
  expect(writer.write(1)).toBe(3);
});
