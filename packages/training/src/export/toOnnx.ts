/**
 * A trained network as an ONNX graph. Gate order and weight shapes are ONNX's already, so this is a copy; int8
 * weights stand behind a DequantizeLinear, which any runtime understands and ours leaves int8.
 */
import { attr, type OnnxModel, type OnnxNode, type OnnxTensor, type OnnxValue } from '@rivulet/core';
import type { DenseNode, JoinNode, NetworkPlan, Parameter, RecurrentNode } from '../nn/networkPlan.ts';
import type { QuantisedNetwork } from '../quantise/quantiseNetwork.ts';

const OPSET = 21;
const IR_VERSION = 10;
/** "To the end" for Slice. */
const END = 2 ** 31 - 1;
const OP_NAMES = { rnn: 'RNN', lstm: 'LSTM', gru: 'GRU' } as const;

export interface ToOnnxOptions {
  readonly name: string;
  readonly plan: NetworkPlan;
  /** [plan.floats] */
  readonly weights: Float32Array;
  /** Makes the int8 model. */
  readonly quantised?: QuantisedNetwork;
  /** Shapes of inputs and outputs for their readers, e.g. ['T', 'B', 6]. */
  readonly shapes?: Readonly<Record<string, readonly (number | string)[]>>;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Every tensor between nodes is [T, B, features]. */
export function toOnnx(options: ToOnnxOptions): OnnxModel {
  return new GraphWriter(options).write();
}

class GraphWriter {
  readonly #options: ToOnnxOptions;
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers: OnnxTensor[] = [];

  constructor(options: ToOnnxOptions) {
    this.#options = options;
  }

  write(): OnnxModel {
    const { plan, name, shapes = {}, metadata = {} } = this.#options;
    /** Name of each node's tensor: dropout has none of its own. */
    const tensors: string[] = [];
    const isOutput = (i: number): boolean => plan.outputs.includes(i);
    plan.nodes.forEach((node, i) => {
      const x = tensors[node.source] ?? '';
      // An output bears its node's name; other tensors are named by their node and what they are.
      tensors[i] = node.op === 'dropout' && !isOutput(i) ? x : node.name;
      switch (node.op) {
        case 'recurrent':
          this.#recurrent(node, i, x);
          break;
        case 'join':
          this.#join(node, x);
          break;
        case 'dense':
          this.#dense(node, x);
          break;
        case 'dropout':
          if (isOutput(i)) this.#node('Identity', [x], [node.name]);
      }
    });
    const value = (i: number): OnnxValue => {
      const { name, features } = plan.nodes[i]!;
      return { name, type: 'float32', shape: [...(shapes[name] ?? [`T_${name}`, 'B', features])] };
    };
    return {
      irVersion: IR_VERSION,
      opset: OPSET,
      producer: 'rivulet',
      graph: {
        name,
        nodes: this.#nodes,
        initializers: this.#initializers,
        inputs: plan.inputs.map(value),
        outputs: plan.outputs.map(value),
      },
      metadata: { ...metadata },
    };
  }

  #recurrent(node: RecurrentNode, i: number, x: string): void {
    const { name, cell, hidden, dirs, features } = node;
    const { nodes } = this.#options.plan;
    const giver = node.initial < 0 ? undefined : nodes[node.initial];
    const withCell = cell === 'lstm' && giver?.op === 'recurrent' && giver.cell === 'lstm';
    const w = this.#matrix(node.w, 1);
    const r = this.#matrix(node.r, 1);
    const b = this.#float(node.b);
    const inputs = [x, w, r, b];
    if (giver) inputs.push('', `${giver.name}.h`);
    if (withCell) inputs.push(`${giver.name}.c`);

    const takers = nodes.filter((other) => other.op === 'recurrent' && other.initial === i);
    const outputs = [`${name}.y`];
    if (takers.length > 0) outputs.push(`${name}.h`);
    if (cell === 'lstm' && takers.some((taker) => taker.op === 'recurrent' && taker.cell === 'lstm')) {
      outputs.push(`${name}.c`);
    }
    this.#node(OP_NAMES[cell], inputs, outputs, {
      hidden_size: attr.int(hidden),
      direction: attr.string(dirs === 2 ? 'bidirectional' : 'forward'),
      ...(cell === 'gru' ? { linear_before_reset: attr.int(1) } : {}),
    });
    // [T, dirs, B, H] -> [T, B, dirs * H]
    this.#node('Transpose', [`${name}.y`], [`${name}.t`], { perm: attr.ints([0, 2, 1, 3]) });
    this.#node('Reshape', [`${name}.t`, this.#ints(`${name}.shape`, [0, 0, features])], [name]);
  }

  /**
   * Step k of each group is the sequence from k on, taken every `factor` steps; the sequence is lengthened by
   * factor - 1 zero steps first, so that a last group that is not full exists for every k.
   */
  #join({ name, factor }: JoinNode, x: string): void {
    const pads = this.#ints(`${name}.pads`, [0, 0, 0, factor - 1, 0, 0]);
    this.#node('Pad', [x, pads], [`${name}.padded`]);
    const axis = this.#ints(`${name}.axis`, [0]);
    const step = this.#ints(`${name}.step`, [factor]);
    const parts = Array.from({ length: factor }, (_, k) => {
      const starts = this.#ints(`${name}.start${k}`, [k]);
      const ends = this.#ints(`${name}.end${k}`, [k === factor - 1 ? END : k + 1 - factor]);
      this.#node('Slice', [`${name}.padded`, starts, ends, axis, step], [`${name}.part${k}`]);
      return `${name}.part${k}`;
    });
    this.#node('Concat', parts, [name], { axis: attr.int(2) });
  }

  #dense(node: DenseNode, x: string): void {
    const { name } = node;
    const weights = this.#matrix(node.w, 1, true);
    this.#node('MatMul', [x, weights], [`${name}.product`]);
    this.#node('Add', [`${name}.product`, this.#float(node.b)], [name]);
  }

  /** Adds a matrix, float32 or int8 with its scales along `axis`. @returns the tensor's name */
  #matrix(parameter: Parameter, axis: number, transposed = false): string {
    const { name, shape } = parameter;
    const quantised = this.#options.quantised?.matrices.get(name);
    if (!quantised) return this.#float(parameter, transposed);
    const data = transposed ? transpose(quantised.data, shape, Int8Array) : quantised.data;
    const dims = transposed ? [...shape].reverse() : [...shape];
    this.#initializers.push(
      { name: `${name}.int8`, shape: dims, type: 'int8', data },
      { name: `${name}.scale`, shape: [quantised.scales.length], type: 'float32', data: quantised.scales },
    );
    this.#node('DequantizeLinear', [`${name}.int8`, `${name}.scale`], [name], { axis: attr.int(axis) });
    return name;
  }

  #float({ name, shape, offset, size }: Parameter, transposed = false): string {
    const data = this.#options.weights.slice(offset, offset + size);
    this.#initializers.push({
      name,
      type: 'float32',
      shape: transposed ? [...shape].reverse() : [...shape],
      data: transposed ? transpose(data, shape, Float32Array) : data,
    });
    return name;
  }

  #ints(name: string, values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    this.#initializers.push({ name, shape: [values.length], type: 'int64', data });
    return name;
  }

  #node(op: string, inputs: string[], outputs: string[], attributes: OnnxNode['attributes'] = {}): void {
    this.#nodes.push({ op, name: `${outputs[0]}/${op}`, inputs, outputs, attributes });
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
