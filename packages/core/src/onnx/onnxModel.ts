/**
 * An ONNX model as plain objects: what `readOnnx` gives and `writeOnnx` takes. The meaning of every field is
 * ONNX's (onnx/docs/IR.md); what neither running nor exporting a recurrent network needs is left out: doc
 * strings, shapes of inner values, local functions, training information, quantisation annotations.
 */

import type { OnnxData, OnnxType } from './onnxType.ts';

export interface OnnxModel {
  readonly irVersion: number;
  /** Version of the default operator set (domain ''). */
  readonly opset: number;
  /** Versions of other operator sets by domain, e.g. { 'com.microsoft': 1 }. */
  readonly domains?: Readonly<Record<string, number>>;
  readonly producer?: string;
  readonly graph: OnnxGraph;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface OnnxGraph {
  readonly name: string;
  /** In an order in which each node's inputs are there before it. */
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  /** Files of IR 3 and older list their initializers here too. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

export interface OnnxNode {
  /** Operator, e.g. 'LSTM'. */
  readonly op: string;
  readonly name?: string;
  /** Operator set; absent is ONNX's own. */
  readonly domain?: string;
  /** Names of values; '' is an optional one that is absent. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/**
 * Tagged by its type in the file, so that a written model has the types it was read with. Integers are int64
 * there and numbers here: beyond 2^53 they are rounded ("to the end" of old Slices is such a one).
 */
export type OnnxAttribute =
  | { readonly kind: 'int' | 'float'; readonly value: number }
  | { readonly kind: 'ints' | 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'tensor'; readonly value: OnnxTensor }
  /** Subgraphs, sparse tensors, types: the AttributeProto's bytes as they stood, for writing them back. */
  | { readonly kind: 'opaque'; readonly value: Uint8Array };

export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: OnnxType;
  /**
   * Row-major. A view into the bytes that were read where their alignment allows it (always for int8), else a
   * copy: keep the bytes unchanged while the model lives.
   */
  readonly data: OnnxData;
}

export interface OnnxValue {
  readonly name: string;
  readonly type: OnnxType;
  /** A name is a dimension that changes from run to run; '' is one without a name. */
  readonly shape: readonly (number | string)[];
  /** The file does not even say how many dimensions there are; `shape` is then []. */
  readonly unranked?: true;
}
