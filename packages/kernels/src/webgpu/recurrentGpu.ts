/** A layer of an RNN, LSTM or GRU for WebGPU, both directions: packed once, then two dispatches for any shape. */
import { RivuletError } from '@rivulet/core';
import type { RecurrentSource, Weights } from '../infer/recurrentLayer.ts';
import type { GpuCall } from './gpuCall.ts';
import type { GpuLimits } from './gpuDevice.ts';
import type { GpuMachine } from './gpuMachine.ts';
import { productCall } from './productGpu.ts';

const CODES = { rnn: 0, relu: 1, lstm: 2, gru: 3, resetFirst: 4 } as const;
const GATES = { rnn: 1, lstm: 4, gru: 3 } as const;

export interface GpuRecurrentLayer {
  readonly code: number;
  readonly gates: number;
  readonly input: number;
  readonly hidden: number;
  readonly directions: number;
  /** [input, directions * gates * hidden] */
  readonly w: GPUBuffer;
  /** [directions, hidden / 4, gates * hidden] of four columns each */
  readonly r: GPUBuffer;
  /** [directions * gates * hidden] */
  readonly bias: GPUBuffer;
  /** [directions, hidden]: of a GRU's last gate, what is added to the state's product. */
  readonly stateBias: GPUBuffer;
}

/** @param sources of the same cell and size, one for each direction */
export function packGpuRecurrent(
  machine: GpuMachine,
  sources: readonly RecurrentSource[],
): GpuRecurrentLayer {
  const { cell, activation, linearBeforeReset, input, hidden } = sources[0]!;
  const [gates, directions] = [GATES[cell], sources.length];
  const [rows, quads] = [gates * hidden, Math.ceil(hidden / 4)];
  const split = cell === 'gru' && linearBeforeReset === true;
  const name =
    cell === 'rnn' && activation === 'relu' ? 'relu' : cell === 'gru' && !split ? 'resetFirst' : cell;
  const columns = directions * rows;
  const w = new Float32Array(input * columns);
  const r = new Float32Array(directions * quads * rows * 4);
  const bias = new Float32Array(columns);
  const stateBias = new Float32Array(directions * hidden);
  sources.forEach((source, d) => {
    eachWeight(source.w, rows, input, (row, i, value) => {
      w[i * columns + d * rows + row] = value;
    });
    eachWeight(source.r, rows, hidden, (row, i, value) => {
      r[((d * quads + (i >> 2)) * rows + row) * 4 + (i & 3)] = value;
    });
    for (let row = 0; source.b && row < rows; row++) {
      const apart = split && row >= 2 * hidden;
      bias[d * rows + row] = source.b[row]! + (apart ? 0 : source.b[rows + row]!);
      if (apart) stateBias[d * hidden + row - 2 * hidden] = source.b[rows + row]!;
    }
  });
  const [wAt, rAt, biasAt, stateAt] = [w, r, bias, stateBias].map((data) => machine.upload(data)) as [
    GPUBuffer,
    GPUBuffer,
    GPUBuffer,
    GPUBuffer,
  ];
  return {
    ...{ code: CODES[name], gates, input, hidden, directions },
    ...{ w: wAt, r: rAt, bias: biasAt, stateBias: stateAt },
  };
}

function eachWeight(
  { data, scales }: Weights,
  rows: number,
  width: number,
  visit: (row: number, column: number, value: number) => void,
): void {
  for (let row = 0; row < rows; row++) {
    const scale = scales ? scales[row]! : 1;
    for (let i = 0; i < width; i++) visit(row, i, data[row * width + i]! * scale);
  }
}

export interface GpuRecurrentBinding<P> {
  readonly T: number;
  readonly B: number;
  /** For each direction: whether it runs from the end. */
  readonly reverse: readonly boolean[];
  /** [T, B, input] */
  readonly x: P;
  /** [T, B, directions * gates * hidden] scratch. */
  readonly products: P;
  /** i32[B]; past its length a sequence shows zeros and keeps its state. */
  readonly lengths: P | undefined;
  /** [directions, B, hidden]: initial states where `given`, and afterwards the final ones; c is scratch of a GRU. */
  readonly h: P;
  readonly c: P;
  readonly given: { readonly h: boolean; readonly c: boolean };
  /** Element (t, b, d, j) at t yStep + b yRow + d yDirection + j. */
  readonly y: P;
  /** Whether anybody reads y; else it may be of any size. */
  readonly shown: boolean;
  readonly yStep: number;
  readonly yRow: number;
  readonly yDirection: number;
}

/** The input's product over all steps, then all steps. @throws OUT_OF_MEMORY for a state too large for a workgroup */
export function recurrentCalls<P>(
  layer: GpuRecurrentLayer,
  limits: GpuLimits,
  binding: GpuRecurrentBinding<P>,
): readonly GpuCall<P | GPUBuffer>[] {
  const { code, gates, input, hidden, directions } = layer;
  const { T, B, x, products, lengths, h, c, given, y, shown } = binding;
  const columns = directions * gates * hidden;
  const quads = Math.ceil(hidden / 4);
  const has = (lengths === undefined ? 0 : 1) + (given.h ? 2 : 0) + (given.c ? 4 : 0) + (shown ? 8 : 0);
  const shape = shapeOf(layer, limits, B);
  return [
    productCall<P | GPUBuffer>({
      ...{ rows: T * B, columns, depth: input },
      a: { place: x, row: input, step: 1 },
      b: { place: layer.w, row: columns, step: 1 },
      bias: { place: layer.bias, row: 0, step: 1 },
      to: products,
    }),
    {
      kernel: 'recurrent',
      constants: { CELL: code, GATES: gates, ...shape.constants },
      uniform: [
        ...[T, B, hidden, quads, directions],
        binding.reverse.reduce((bits, reverse, d) => bits + (reverse ? 1 << d : 0), 0),
        ...[has, binding.yStep, binding.yRow, binding.yDirection],
      ],
      // Lengths that are not there are not read: any memory that nobody writes stands for them.
      storage: [products, layer.r, layer.stateBias, lengths ?? layer.stateBias, y, h, c],
      groups: [Math.ceil(B / shape.lanes), directions, 1],
    },
  ];
}

const powerFrom = (n: number): number => 2 ** Math.ceil(Math.log2(n));

/** Sequences of a workgroup: more read R less often, fewer spread over more of the processor. */
function lanesFor(sequences: number): number {
  return sequences >= 128 ? 4 : sequences >= 64 ? 2 : 1;
}

function shapeOf({ code, gates, hidden, directions }: GpuRecurrentLayer, limits: GpuLimits, B: number) {
  const products = code === CODES.resetFirst ? 2 : gates;
  const threads = Math.min(256, limits.threads);
  // Powers of two: sizes that are near each other share a pipeline.
  const width = Math.min(Math.max(4, powerFrom(hidden)), 4 * Math.floor(threads / products / 4));
  const bytes = (lanes: number): number => 4 * lanes * products * width + statesFor(lanes) * 16;
  const statesFor = (lanes: number): number => powerFrom(2 * lanes * Math.ceil(hidden / 4));
  let lanes = lanesFor(B * directions);
  while (lanes > 1 && bytes(lanes) > limits.workgroupBytes) lanes /= 2;
  let states = statesFor(lanes);
  if (bytes(lanes) > limits.workgroupBytes) {
    states = 2 * Math.ceil(hidden / 4);
    const needed = 4 * products * width + states * 16;
    if (needed > limits.workgroupBytes) {
      throw new RivuletError(
        'OUT_OF_MEMORY',
        `a hidden size of ${hidden} needs ${needed} bytes in a workgroup, this GPU has ${limits.workgroupBytes}`,
        { hidden, bytes: needed, limit: limits.workgroupBytes },
      );
    }
  }
  const constants = {
    ...{ LANES: lanes, WIDTH: width, PRODUCTS: products, SUMS: products * lanes * width },
    ...{ STATES: states, LAYER_THREADS: 32 * Math.ceil((products * width) / 32) },
  };
  return { lanes, constants };
}
