/**
 * RNN, LSTM and GRU with all that ONNX lets a node change: peepholes, input_forget, clip, other activations, weights
 * that are computed. In plain TypeScript, after core/cells; the usual ones run on the kernels of recurrent.ts.
 */
import {
  ACTIVATIONS,
  activationsOf,
  attributeOf,
  GATES,
  isActivation,
  type ScalarFunction,
} from '@rivulet/core';
import { bindComputation, type Computation, type Numbers, type Writable } from '../computed.ts';
import type { Operator, PlanNode } from '../operator.ts';
import { shapeError, type Value } from '../value.ts';
import { CELLS, checkLengths, DIRECTIONS, directionOf, dirsOf, type Kind } from './recurrent.ts';

/** Order of inputs: X, W, R, B, sequence_lens, initial_h, initial_c, P. */
export const anyRecurrent: Operator = {
  needs: 3,

  refuses({ node, inputs }, facts) {
    if (!DIRECTIONS.includes(directionOf(node))) return `direction=${directionOf(node)}`;
    const names = attributeOf(node, 'activations', 'strings', []);
    const wanted = dirsOf(node) * ACTIVATIONS[CELLS[node.op as Kind]];
    const known = names.every((name) => isActivation(name.toLowerCase()));
    if (!known || ![0, wanted].includes(names.length)) return `activations ${names.join(', ')}`;
    // Constants of a wrong size show before anything runs.
    const [w, r, b, p] = [1, 2, 3, 7].map((i) => facts.constant(inputs[i])?.tensor.shape);
    const H = attributeOf(node, 'hidden_size', 'int', r?.[2] ?? 0);
    const [dirs, rows] = [dirsOf(node), GATES[CELLS[node.op as Kind]] * H];
    const fits =
      (!w || String(w) === String([dirs, rows, w[2]])) &&
      (!r || String(r) === String([dirs, rows, H])) &&
      (!b || String(b) === String([dirs, 2 * rows])) &&
      (!p || String(p) === String([dirs, 3 * H]));
    return fits
      ? undefined
      : `weights of shapes ${[w, r, b, p].map((shape) => `[${shape ?? ''}]`).join(' ')}`;
  },

  prepare({ inputs }, loader) {
    inputs.forEach(loader.pin);
    return (binder, values, bound) => bindComputation(binder, values, compute(bound, values));
  },
};

const DEFAULTS: Readonly<Record<Kind, readonly string[]>> = {
  RNN: ['tanh'],
  LSTM: ['sigmoid', 'tanh', 'tanh'],
  GRU: ['sigmoid', 'tanh'],
};

interface Cell {
  readonly H: number;
  readonly functions: readonly ScalarFunction[];
  readonly clip: (x: number) => number;
  readonly inputForget: boolean;
  readonly linearBeforeReset: boolean;
}

/** One direction's numbers while it runs; offsets lead to this direction's part of the whole tensors. */
interface Direction extends Cell {
  /** R [G * H, H] from `rAt`. */
  readonly r: Numbers;
  readonly rAt: number;
  /** The state's biases [G * H] from `bAt`; empty: none. */
  readonly b: Numbers;
  readonly bAt: number;
  /** [3 * H] from `pAt`, i o f; empty: none. */
  readonly p: Numbers;
  readonly pAt: number;
  readonly h: Float64Array;
  readonly c: Float64Array;
  /** W x + Wb of the gates: where the next h is made from. */
  readonly gates: Float64Array;
  readonly scratch: Float64Array;
}

/** m[row] . v, of n numbers */
function dot(m: Numbers, at: number, v: Numbers, from: number, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += m[at + i]! * v[from + i]!;
  return sum;
}

/** R h + Rb */
const fromState = ({ H, r, rAt, b, bAt }: Direction, row: number, h: Numbers): number =>
  dot(r, rAt + row * H, h, 0, H) + (b[bAt + row] ?? 0);

function rnn(cell: Direction): void {
  const { H, h, gates, scratch, clip, functions } = cell;
  for (let j = 0; j < H; j++) scratch[j] = functions[0]!(clip(gates[j]! + fromState(cell, j, h)));
  h.set(scratch.subarray(0, H));
}

function gru(cell: Direction): void {
  const { H, h, gates, scratch, clip, functions, linearBeforeReset } = cell;
  const [f, g] = functions as [ScalarFunction, ScalarFunction];
  // z, then r or r h, in what the gates' own numbers leave free.
  for (let row = 0; row < 2 * H; row++) scratch[row] = f(clip(gates[row]! + fromState(cell, row, h)));
  const kept = scratch.subarray(H, 2 * H);
  if (!linearBeforeReset) for (let j = 0; j < H; j++) kept[j]! *= h[j]!;
  for (let j = 0; j < H; j++) {
    const state = linearBeforeReset
      ? kept[j]! * fromState(cell, 2 * H + j, h)
      : fromState(cell, 2 * H + j, kept);
    scratch[2 * H + j] = g(clip(gates[2 * H + j]! + state));
  }
  for (let j = 0; j < H; j++) h[j] = (1 - scratch[j]!) * scratch[2 * H + j]! + scratch[j]! * h[j]!;
}

function lstm(cell: Direction): void {
  const { H, h, c, gates, scratch, clip, functions, p, pAt, inputForget } = cell;
  const [f, g, output] = functions as [ScalarFunction, ScalarFunction, ScalarFunction];
  for (let row = 0; row < 4 * H; row++) scratch[row] = gates[row]! + fromState(cell, row, h);
  const gate = (row: number, state: number): number => f(clip(scratch[row]! + (p[pAt + row] ?? 0) * state));
  for (let j = 0; j < H; j++) {
    const i = gate(j, c[j]!);
    const forget = inputForget ? 1 - i : gate(2 * H + j, c[j]!);
    c[j] = forget * c[j]! + i * g(clip(scratch[3 * H + j]!));
    h[j] = gate(H + j, c[j]!) * output(c[j]!);
  }
}

const STEPS: Readonly<Record<Kind, (cell: Direction) => void>> = { RNN: rnn, GRU: gru, LSTM: lstm };

function cellsOf({ node }: PlanNode, H: number): Cell[] {
  const kind = node.op as Kind;
  const dirs = dirsOf(node);
  const given = attributeOf(node, 'activations', 'strings', []);
  const names = given.length > 0 ? given : Array.from({ length: dirs }, () => DEFAULTS[kind]).flat();
  const functions = activationsOf(
    names,
    attributeOf(node, 'activation_alpha', 'floats', []),
    attributeOf(node, 'activation_beta', 'floats', []),
  );
  const bound = attributeOf(node, 'clip', 'float', 0);
  const each = names.length / dirs;
  return Array.from({ length: dirs }, (_, d) => ({
    H,
    functions: functions.slice(d * each, (d + 1) * each),
    clip: bound ? (x) => Math.min(bound, Math.max(-bound, x)) : (x) => x,
    inputForget: attributeOf(node, 'input_forget', 'int', 0) !== 0,
    linearBeforeReset: attributeOf(node, 'linear_before_reset', 'int', 0) !== 0,
  }));
}

function compute(plan: PlanNode, values: readonly (Value | undefined)[]): Computation {
  const { node, lanesFirst, only } = plan;
  const kind = node.op as Kind;
  const G = GATES[CELLS[kind]];
  const all = dirsOf(node);
  const dirs = only === undefined ? all : 1;
  const [T = 0, B = 0, I = 0] = values[0]!.shape;
  const H = values[2]!.shape[2] ?? 0;
  const expected = [
    ...[[T, B, I], [all, G * H, I], [all, G * H, H], [all, 2 * G * H], [B]],
    ...[
      [dirs, B, H],
      [dirs, B, H],
      [all, 3 * H],
    ],
  ];
  expected.forEach((shape, i) => {
    const got = values[i]?.shape;
    if (got && String(got) !== String(shape)) throw shapeError(node.op, `input ${i} must be [${shape}]`, got);
  });
  if (attributeOf(node, 'hidden_size', 'int', H) !== H) throw shapeError(node.op, 'another hidden_size', [H]);
  const cells = cellsOf(plan, H);
  const step = STEPS[kind];
  const yShape = lanesFirst ? [T, B, dirs, H] : [T, dirs, B, H];
  const state = { shape: [dirs, B, H], type: 'float32' as const };
  return {
    outputs: [{ shape: yShape, type: 'float32' }, state, ...(kind === 'LSTM' ? [state] : [])],
    run([x, w, r, b = [], lengths = [], h0 = [], c0 = [], p = []], [y, hn, cn]) {
      if (lengths.length > 0) checkLengths(lengths, T);
      y!.fill(0);
      for (let k = 0; k < dirs; k++) {
        const d = only ?? k;
        const cell: Direction = {
          ...{ ...cells[d]!, r: r!, rAt: d * G * H * H, b, bAt: (2 * d + 1) * G * H, p, pAt: d * 3 * H },
          ...{ h: new Float64Array(H), c: new Float64Array(H) },
          ...{ gates: new Float64Array(G * H), scratch: new Float64Array(G * H) },
        };
        const reverse = d === 1 || directionOf(node) === 'reverse';
        for (let lane = 0; lane < B; lane++) {
          const at = (k * B + lane) * H;
          for (let j = 0; j < H; j++) {
            cell.h[j] = h0[at + j] ?? 0;
            cell.c[j] = c0[at + j] ?? 0;
          }
          const length = lengths[lane] ?? T;
          for (let s = 0; s < length; s++) {
            const t = reverse ? length - 1 - s : s;
            for (let row = 0; row < G * H; row++) {
              const bias = b[2 * d * G * H + row] ?? 0;
              cell.gates[row] = dot(w!, (d * G * H + row) * I, x!, (t * B + lane) * I, I) + bias;
            }
            step(cell);
            y!.set(cell.h, lanesFirst ? ((t * B + lane) * dirs + k) * H : ((t * dirs + k) * B + lane) * H);
          }
          hn!.set(cell.h, at);
          (cn as Writable | undefined)?.set(cell.c, at);
        }
      }
    },
  };
}
