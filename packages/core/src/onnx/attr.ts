/** Attributes of ONNX nodes: building them in a word, and reading them with ONNX's default. */

import { RivuletError } from '../errors.ts';
import type { OnnxAttribute, OnnxNode, OnnxTensor } from './onnxModel.ts';

/** `attributes: { hidden_size: attr.int(64), direction: attr.string('bidirectional') }` */
export const attr = {
  int: (value: number): OnnxAttribute => ({ kind: 'int', value }),
  ints: (value: readonly number[]): OnnxAttribute => ({ kind: 'ints', value }),
  float: (value: number): OnnxAttribute => ({ kind: 'float', value }),
  floats: (value: readonly number[]): OnnxAttribute => ({ kind: 'floats', value }),
  string: (value: string): OnnxAttribute => ({ kind: 'string', value }),
  strings: (value: readonly string[]): OnnxAttribute => ({ kind: 'strings', value }),
  tensor: (value: OnnxTensor): OnnxAttribute => ({ kind: 'tensor', value }),
} as const;

type AttributeValue<K extends OnnxAttribute['kind']> = Extract<OnnxAttribute, { kind: K }>['value'];

/**
 * The value of an attribute.
 * @returns `fallback` when the node has none of that name
 * @throws RivuletError ONNX_PARSE when it has one of another type
 */
export function attributeOf<K extends keyof typeof attr, F>(
  node: OnnxNode,
  name: string,
  kind: K,
  fallback: F,
): AttributeValueOf<K> | F {
  const attribute = Object.hasOwn(node.attributes, name) ? node.attributes[name] : undefined;
  if (attribute === undefined) return fallback;
  if (attribute.kind !== kind) {
    throw new RivuletError('ONNX_PARSE', `${node.op}: ${name} is ${attribute.kind}, expected ${kind}`, {
      op: node.op,
      node: node.name ?? '',
      attribute: name,
      expected: kind,
      got: attribute.kind,
    });
  }
  return attribute.value as AttributeValueOf<K>;
}

/** The TypeScript type of an attribute of kind K. */
export type AttributeValueOf<K extends keyof typeof attr> = K extends 'int' | 'float'
  ? number
  : K extends 'ints' | 'floats'
    ? readonly number[]
    : AttributeValue<K>;
