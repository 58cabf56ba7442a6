/** Element types of ONNX (TensorProto.DataType in onnx.proto) and the typed array each is kept in. */
import type { TensorData } from '../tensor.ts';

/**
 * `float16` and `bfloat16` are kept as their bits in a Uint16Array, `bool` as bytes 0 | 1. Strings, complex,
 * 8-bit floats and 4-bit integers are not read: ONNX_UNSUPPORTED.
 */
export type OnnxType =
  | 'float32'
  | 'uint8'
  | 'int8'
  | 'uint16'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'bool'
  | 'float16'
  | 'float64'
  | 'uint32'
  | 'uint64'
  | 'bfloat16';

export type OnnxData = TensorData;

interface ArrayKind {
  readonly name: string;
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): OnnxData;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): OnnxData;
}

export interface OnnxTypeEntry {
  /** The number in the file. */
  readonly id: number;
  readonly array: ArrayKind;
}

export const ONNX_TYPES: Readonly<Record<OnnxType, OnnxTypeEntry>> = {
  float32: { id: 1, array: Float32Array },
  uint8: { id: 2, array: Uint8Array },
  int8: { id: 3, array: Int8Array },
  uint16: { id: 4, array: Uint16Array },
  int16: { id: 5, array: Int16Array },
  int32: { id: 6, array: Int32Array },
  int64: { id: 7, array: BigInt64Array },
  bool: { id: 9, array: Uint8Array },
  float16: { id: 10, array: Uint16Array },
  float64: { id: 11, array: Float64Array },
  uint32: { id: 12, array: Uint32Array },
  uint64: { id: 13, array: BigUint64Array },
  bfloat16: { id: 16, array: Uint16Array },
};

const BY_ID = new Map(Object.entries(ONNX_TYPES).map(([type, { id }]) => [id, type as OnnxType]));

/** The type of a number in a file; undefined for one that is not read. */
export function onnxTypeOf(id: number): OnnxType | undefined {
  return BY_ID.get(id);
}
