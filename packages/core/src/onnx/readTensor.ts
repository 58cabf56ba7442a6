/** TensorProto: the one message with bulk data, in four encodings, of which raw_data needs no copy. */

import { RivuletError } from '../errors.ts';
import type { OnnxTensor } from './onnxModel.ts';
import { ONNX_TYPES, type OnnxData, type OnnxType, onnxTypeOf } from './onnxType.ts';
import type { ProtoReader } from './protoReader.ts';

/** TensorProto.DataLocation. */
const EXTERNAL = 1;

/**
 * @throws RivuletError ONNX_PARSE when data and shape differ; ONNX_UNSUPPORTED for an element type that is not
 *   read and for data in another file
 */
export function readTensor(reader: ProtoReader): OnnxTensor {
  const start = reader.position;
  const shape: number[] = [];
  let id = 0;
  let name = '';
  let raw: Uint8Array | undefined;
  let external = false;
  /** Elements of the typed fields as numbers, or of int64_data and uint64_data as pairs (low, high). */
  const numbers: number[] = [];
  const pairs: number[] = [];
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) reader.ints(shape);
    else if (field === 2) id = reader.int();
    else if (field === 4) reader.floats(numbers);
    else if (field === 5) reader.ints(numbers);
    else if (field === 7 || field === 11) reader.int64s((low, high) => pairs.push(low, high));
    else if (field === 8) name = reader.string();
    else if (field === 9) raw = reader.bytes();
    else if (field === 10) reader.doubles(numbers);
    else if (field === 13) {
      external = true;
      reader.skip();
    } else if (field === 14) external = reader.int() === EXTERNAL || external;
    else reader.skip();
  }
  const type = onnxTypeOf(id);
  if (type === undefined) {
    throw new RivuletError('ONNX_UNSUPPORTED', `${name}: tensors of element type ${id} are not read`, {
      tensor: name,
      elementType: id,
      offset: start,
    });
  }
  if (external) {
    throw new RivuletError('ONNX_UNSUPPORTED', `${name}: its data lies in another file; merge it first`, {
      tensor: name,
      offset: start,
    });
  }
  const size = countOf(shape, name, start);
  const entry = ONNX_TYPES[type];
  const got = raw
    ? raw.length / entry.array.BYTES_PER_ELEMENT
    : type === 'int64' || type === 'uint64'
      ? pairs.length / 2
      : type === 'uint32'
        ? Math.max(pairs.length / 2, numbers.length)
        : numbers.length;
  if (got !== size) {
    throw parseError(`${name}: [${inWords(shape)}] has ${size} elements, its data ${got}`, start, {
      tensor: name,
      shape: shape.slice(0, SHOWN),
      expected: size,
      got,
    });
  }
  return { name, shape, type, data: raw ? fromRaw(raw, type) : fromFields(numbers, pairs, type, size) };
}

function countOf(shape: readonly number[], name: string, offset: number): number {
  let size = 1;
  for (const dimension of shape) {
    size *= dimension;
    // Before the product is compared with the data nothing is allocated by it.
    if (dimension < 0 || size > 2 ** 40) {
      throw parseError(`${name}: impossible shape [${inWords(shape)}]`, offset, {
        tensor: name,
        shape: shape.slice(0, SHOWN),
      });
    }
  }
  return size;
}

/** Dimensions that an error shows: a file may list half a million. */
const SHOWN = 8;

function inWords(shape: readonly number[]): string {
  if (shape.length <= SHOWN) return shape.join(', ');
  return `${shape.slice(0, SHOWN).join(', ')}, ... ${shape.length} dimensions`;
}

function fromRaw(raw: Uint8Array, type: OnnxType): OnnxData {
  const { array } = ONNX_TYPES[type];
  const length = raw.length / array.BYTES_PER_ELEMENT;
  if (raw.byteOffset % array.BYTES_PER_ELEMENT === 0) {
    return new array(raw.buffer, raw.byteOffset, length);
  }
  return new array(raw.slice().buffer, 0, length);
}

function fromFields(numbers: number[], pairs: number[], type: OnnxType, size: number): OnnxData {
  const data = new ONNX_TYPES[type].array(size);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    for (let i = 0; i < size; i++) {
      data[i] = (BigInt(pairs[2 * i + 1]!) << 32n) | BigInt(pairs[2 * i]!);
    }
  } else if (pairs.length > 0) for (let i = 0; i < size; i++) data[i] = pairs[2 * i]!;
  else data.set(numbers);
  return data;
}

function parseError(what: string, offset: number, details: Record<string, unknown>): RivuletError {
  return new RivuletError('ONNX_PARSE', `${what} (tensor at byte ${offset})`, { offset, ...details });
}
