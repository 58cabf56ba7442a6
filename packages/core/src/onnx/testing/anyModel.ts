/** Models with everything the format holds, by chance: for the round trip and for damaging their bytes. */

import fc from 'fast-check';
import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from '../onnxModel.ts';
import { ONNX_TYPES, type OnnxType } from '../onnxType.ts';

const name = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.constantFrom('x', 'gewöhnlich', '入力', '😀', '__proto__'),
);
const type = fc.constantFrom(...(Object.keys(ONNX_TYPES) as OnnxType[]));
/** int64 as far as a number holds it. */
const int = fc.oneof(fc.integer(), fc.maxSafeInteger());
const float = fc.float({ noNaN: true });

const anyTensor: fc.Arbitrary<OnnxTensor> = fc
  .record({
    name,
    type,
    shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
    seed: fc.integer(),
  })
  .map(({ seed, ...rest }) => {
    const { array } = ONNX_TYPES[rest.type];
    const size = rest.shape.reduce((a, b) => a * b, 1);
    // Any bits but a NaN's: equality could not compare those.
    const bytes = Uint8Array.from(
      { length: size * array.BYTES_PER_ELEMENT },
      (_, i) => Math.abs(seed >> (i % 23)) % 120,
    );
    return { ...rest, data: new array(bytes.buffer, 0, size) };
  });

const anyAttribute: fc.Arbitrary<OnnxAttribute> = fc.oneof(
  fc.record({ kind: fc.constant('int' as const), value: int }),
  fc.record({ kind: fc.constant('float' as const), value: float }),
  fc.record({ kind: fc.constant('ints' as const), value: fc.array(int, { maxLength: 4 }) }),
  fc.record({ kind: fc.constant('floats' as const), value: fc.array(float, { maxLength: 4 }) }),
  fc.record({ kind: fc.constant('string' as const), value: name }),
  fc.record({ kind: fc.constant('strings' as const), value: fc.array(name, { maxLength: 4 }) }),
  fc.record({ kind: fc.constant('tensor' as const), value: anyTensor }),
);

const names = fc.array(name, { maxLength: 4 });
const attributes = fc
  .array(fc.tuple(name, anyAttribute), { maxLength: 4 })
  .map((pairs): OnnxNode['attributes'] => Object.fromEntries(pairs));

const anyNode: fc.Arbitrary<OnnxNode> = fc
  .tuple(
    fc.record({ op: fc.constantFrom('LSTM', 'GRU', 'Add'), inputs: names, outputs: names, attributes }),
    fc.record({ name, domain: name }, { requiredKeys: [] }),
  )
  .map(([required, optional]) => ({ ...required, ...optional }));

const anyValue: fc.Arbitrary<OnnxValue> = fc.oneof(
  fc.record({ name, type, shape: fc.array(fc.oneof(fc.nat(9), name), { maxLength: 4 }) }),
  fc.record({ name, type, shape: fc.constant([]), unranked: fc.constant(true as const) }),
);

export const anyModel: fc.Arbitrary<OnnxModel> = fc
  .tuple(
    fc.record({
      irVersion: fc.integer({ min: 3, max: 13 }),
      opset: fc.integer({ min: 1, max: 25 }),
      graph: fc.record({
        name,
        nodes: fc.array(anyNode, { maxLength: 4 }),
        initializers: fc.array(anyTensor, { maxLength: 3 }),
        inputs: fc.array(anyValue, { maxLength: 3 }),
        outputs: fc.array(anyValue, { maxLength: 3 }),
      }),
    }),
    fc.record(
      {
        producer: name,
        domains: fc.constant({ 'com.microsoft': 1 }),
        metadata: fc.dictionary(name, name, { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([required, optional]) => ({ ...required, ...optional }));
