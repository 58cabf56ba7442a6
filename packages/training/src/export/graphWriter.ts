/** Collects the nodes and constants of an ONNX graph; each kind of layer says what of itself goes in. */
import { attr, type OnnxNode, type OnnxTensor } from '@rivulet/core';
import type { Parameter } from '../nn/operation.ts';
import { type ActivationRange, roundedName } from '../quantise/activationRange.ts';
import type { QuantisedNetwork } from '../quantise/quantiseNetwork.ts';

/** "To the end" for Slice. */
export const END = 2 ** 31 - 1;

export class GraphWriter {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  readonly #weights: Float32Array;
  readonly #quantised: QuantisedNetwork | undefined;
  /** By the name of the rounded tensor. */
  readonly #ranges = new Map<string, { readonly tensor: string; readonly range: ActivationRange }>();
  readonly #written = new Set<string>();

  /**
   * @param weights [plan.floats]
   * @param quantised makes the int8 graph
   */
  constructor(weights: Float32Array, quantised?: QuantisedNetwork) {
    this.#weights = weights;
    this.#quantised = quantised;
  }

  /** @returns the first output */
  node(op: string, inputs: string[], outputs: string[], attributes: OnnxNode['attributes'] = {}): string {
    for (const input of inputs) {
      const unwritten = this.#ranges.get(input);
      if (!unwritten || this.#written.has(input)) continue;
      this.#written.add(input);
      this.#round(input, unwritten.tensor, unwritten.range);
    }
    this.nodes.push({ op, name: `${outputs[0]}/${op}`, inputs, outputs, attributes });
    return outputs[0]!;
  }

  /** Adds a matrix, float32 or int8 with its scales along `axis`. @returns the tensor's name */
  matrix(parameter: Parameter, axis: number, transposed = false): string {
    const { name, shape } = parameter;
    const quantised = this.#quantised?.matrices.get(name);
    if (!quantised) return this.#float(parameter, transposed);
    const data = transposed ? transpose(quantised.data, shape, Int8Array) : quantised.data;
    const dims = transposed ? [...shape].reverse() : [...shape];
    this.initializers.push(
      { name: `${name}.int8`, shape: dims, type: 'int8', data },
      { name: `${name}.scale`, shape: [quantised.scales.length], type: 'float32', data: quantised.scales },
    );
    return this.node('DequantizeLinear', [`${name}.int8`, `${name}.scale`], [name], { axis: attr.int(axis) });
  }

  /** Adds a parameter that stays float32. @returns the tensor's name */
  vector(parameter: Parameter): string {
    return this.#float(parameter, false);
  }

  /** What a range makes of a tensor; written once somebody reads it. @returns the tensor's name */
  rounded(tensor: string, range: ActivationRange): string {
    this.#ranges.set(roundedName(tensor), { tensor, range });
    return roundedName(tensor);
  }

  /**
   * A Transpose. What is rounded is rounded behind it: onnxruntime 1.30 moves DequantizeLinear through a Transpose, and
   * then refuses the QuantizeLinear that it puts there (microsoft/onnxruntime#25526).
   * @returns the tensor's name
   */
  transpose(tensor: string, out: string, perm: number[]): string {
    const exact = this.#ranges.get(tensor);
    this.node('Transpose', [exact?.tensor ?? tensor], [out], { perm: attr.ints(perm) });
    return exact ? this.rounded(out, exact.range) : out;
  }

  #round(out: string, tensor: string, { bits, scale, zero }: ActivationRange): void {
    const [type, Data] = bits === 16 ? (['int16', Int16Array] as const) : (['int8', Int8Array] as const);
    const range = [`${tensor}.range.scale`, `${tensor}.range.zero`] as const;
    this.initializers.push(
      { name: range[0], shape: [], type: 'float32', data: Float32Array.of(scale) },
      { name: range[1], shape: [], type, data: Data.of(zero) },
    );
    this.node('QuantizeLinear', [tensor, ...range], [`${tensor}.range.levels`]);
    this.node('DequantizeLinear', [`${tensor}.range.levels`, ...range], [out]);
  }

  ints(name: string, values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    this.initializers.push({ name, shape: [values.length], type: 'int64', data });
    return name;
  }

  /** An int64 without dimensions. */
  scalar(name: string, value: number): string {
    this.initializers.push({ name, shape: [], type: 'int64', data: BigInt64Array.of(BigInt(value)) });
    return name;
  }

  floats(name: string, shape: readonly number[], values: ArrayLike<number>): string {
    this.initializers.push({ name, shape: [...shape], type: 'float32', data: Float32Array.from(values) });
    return name;
  }

  #float({ name, shape, offset, size }: Parameter, transposed: boolean): string {
    const data = this.#weights.slice(offset, offset + size);
    this.initializers.push({
      name,
      type: 'float32',
      shape: transposed ? [...shape].reverse() : [...shape],
      data: transposed ? transpose(data, shape, Float32Array) : data,
    });
    return name;
  }
}

/** [rows, columns] -> [columns, rows] */
function transpose<D extends Float32Array | Int8Array>(
  data: D,
  [rows, columns]: readonly number[],
  Data: new (length: number) => D,
): D {
  const out = new Data(data.length);
  for (let row = 0; row < rows!; row++) {
    for (let column = 0; column < columns!; column++) {
      out[column * rows! + row] = data[row * columns! + column]!;
    }
  }
  return out;
}
