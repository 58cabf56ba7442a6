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
import { type Matrix, packMatrix, scratchBytes } from '@rivulet/kernels/infer';
import type { Binder } from '../binder.ts';
import { bindComputation, type Computation, type Numbers, type Writable } from '../computed.ts';
import { type MatrixConstant, matrixOf } from '../constants.ts';
import type { Loader, Operator, PlanNode } from '../operator.ts';
import { shapeError, type Value } from '../value.ts';
import { CELLS, checkLengths, DIRECTIONS, directionOf, dirsOf, type Kind } from './recurrent.ts';

/** Weights as they come. Order of inputs: X, W, R, B, sequence_lens, initial_h, initial_c, P. */
const fed: Operator = {
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
      (!r || H > 0) &&
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
    return (binder, values, bound) => bindCell(bound, binder, values, undefined);
  },
};

/** Positions of inputs. */
const [W, R] = [1, 2];

const DEFAULTS: Readonly<Record<Kind, readonly string[]>> = {
  RNN: ['tanh'],
  LSTM: ['sigmoid', 'tanh', 'tanh'],
  GRU: ['sigmoid', 'tanh'],
};

const packing: Operator = {
  ...fed,
  packs: [W, R],

  refuses(plan, facts) {
    const constant = [W, R].every((i) => matrixOf(facts.constant(plan.inputs[i]), [0, 1]));
    return constant ? fed.refuses(plan, facts) : 'weights that are not constant';
  },

  prepare(plan, loader) {
    const packed = packDirections(plan, loader);
    plan.inputs.forEach((name, i) => {
      if (i !== W && i !== R) loader.pin(name);
    });
    return (binder, values, bound) => bindCell(bound, binder, values, packed);
  },
};

/** With constant weights, or with any. */
export const anyRecurrent: readonly Operator[] = [packing, fed];

interface Cell {
  readonly functions: readonly ScalarFunction[];
  readonly clip: (x: number) => number;
  readonly inputForget: boolean;
  readonly resetsFirst: boolean;
}

/** W and R of one direction for the kernels; R of a GRU that resets first comes in two parts. */
interface Packed {
  readonly w: Matrix;
  readonly r: readonly Matrix[];
}

const resetsFirst = ({ node }: PlanNode): boolean =>
  node.op === 'GRU' && attributeOf(node, 'linear_before_reset', 'int', 0) === 0;

function packDirections(plan: PlanNode, { machine, constant }: Loader): Packed[] {
  const [w, r] = [W, R].map((i) => matrixOf(constant(plan.inputs[i]), [0, 1])!) as [
    MatrixConstant,
    MatrixConstant,
  ];
  const [dirs = 0, rows = 0, I = 0] = w.shape;
  const H = r.shape[2]!;
  const part = ({ data, scales }: MatrixConstant, from: number, outputs: number, inputs: number): Matrix =>
    packMatrix(machine, {
      data: data.subarray(from * inputs, (from + outputs) * inputs),
      scales: scales?.subarray(from, from + outputs),
      outputs,
      inputs,
    });
  const parts = resetsFirst(plan) ? [2 * H, H] : [rows];
  return Array.from({ length: dirs }, (_, d) => ({
    w: part(w, d * rows, rows, I),
    r: parts.map((outputs, i) => part(r, d * rows + (i && 2 * H), outputs, H)),
  }));
}

/** What a step works on, of one direction and all sequences; G * H numbers of a sequence lie together. */
interface Step extends Cell {
  readonly H: number;
  /** W x and the biases, of every step [T, B, G * H]: from `xAt` on, this step's of one sequence. */
  readonly xg: Numbers;
  xAt: number;
  /** R h [B, G * H], from `hAt` on that of one sequence. */
  readonly hg: Numbers;
  hAt: number;
  /** [B, H], from `at` on those of one sequence. */
  readonly h: Writable;
  readonly c: Writable;
  /** The state's bias of a GRU's last gate, from `bAt` on; empty: none. */
  readonly b: Numbers;
  readonly bAt: number;
  /** Of a GRU: z, and r h or r (R h + Rb). */
  readonly z: Writable;
  readonly kept: Writable;
  at: number;
  /** [3 * H] from `pAt`, i o f; empty: none. */
  readonly p: Numbers;
  readonly pAt: number;
}

function rnn({ H, h, at, xg, xAt, hg, hAt, clip, functions }: Step): void {
  const [f] = functions as [ScalarFunction];
  for (let j = 0; j < H; j++) h[at + j] = f(clip(xg[xAt + j]! + hg[hAt + j]!));
}

/** z, and what the second product is of. */
function gruGates(step: Step): void {
  const { H, h, at, z, kept, xg, xAt, hg, hAt, b, bAt, clip, functions, resetsFirst: first } = step;
  const [f] = functions as [ScalarFunction];
  for (let j = 0; j < H; j++) {
    z[at + j] = f(clip(xg[xAt + j]! + hg[hAt + j]!));
    const r = f(clip(xg[xAt + H + j]! + hg[hAt + H + j]!));
    kept[at + j] = r * (first ? h[at + j]! : hg[hAt + 2 * H + j]! + (b[bAt + j] ?? 0));
  }
}

function gru(step: Step): void {
  const { H, h, at, z, kept, xg, xAt, hg, hAt, clip, functions, resetsFirst: first } = step;
  if (!first) gruGates(step);
  const [, g] = functions as [ScalarFunction, ScalarFunction];
  for (let j = 0; j < H; j++) {
    const n = g(clip(xg[xAt + 2 * H + j]! + (first ? hg[hAt + 2 * H + j]! : kept[at + j]!)));
    h[at + j] = n + z[at + j]! * (h[at + j]! - n);
  }
}

function lstm({ H, h, c, at, xg, xAt, hg, hAt, clip, functions, p, pAt, inputForget }: Step): void {
  const [f, g, output] = functions as [ScalarFunction, ScalarFunction, ScalarFunction];
  const peepholes = p.length > 0;
  const gate = (row: number, cell: number): number =>
    f(clip(xg[xAt + row]! + hg[hAt + row]! + (peepholes ? p[pAt + row]! * cell : 0)));
  for (let j = 0; j < H; j++) {
    const before = c[at + j]!;
    const i = gate(j, before);
    const forget = inputForget ? 1 - i : gate(2 * H + j, before);
    const cell = forget * before + i * g(clip(xg[xAt + 3 * H + j]! + hg[hAt + 3 * H + j]!));
    c[at + j] = cell;
    h[at + j] = gate(H + j, cell) * output(cell);
  }
}

const STEPS: Readonly<Record<Kind, (step: Step) => void>> = { RNN: rnn, GRU: gru, LSTM: lstm };

function cellsOf(plan: PlanNode): Cell[] {
  const { node } = plan;
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
    functions: functions.slice(d * each, (d + 1) * each),
    clip: bound ? (x) => Math.min(bound, Math.max(-bound, x)) : (x) => x,
    inputForget: attributeOf(node, 'input_forget', 'int', 0) !== 0,
    resetsFirst: resetsFirst(plan),
  }));
}

/** to [rows, outputs] = a [rows, K] . m^T + bias, for weights that were not packed. */
function multiplied(
  m: Numbers,
  mAt: number,
  [K, outputs]: readonly [number, number],
  a: Numbers,
  rows: number,
  to: Writable,
  [toAt, toStep]: readonly [number, number],
): void {
  for (let row = 0; row < rows; row++) {
    for (let o = 0; o < outputs; o++) {
      let sum = 0;
      for (let k = 0; k < K; k++) sum += m[mAt + o * K + k]! * a[row * K + k]!;
      to[toAt + row * toStep + o] = sum;
    }
  }
}

function bindCell(
  plan: PlanNode,
  binder: Binder,
  values: readonly (Value | undefined)[],
  packed: readonly Packed[] | undefined,
): readonly Value[] {
  const { node, lanesFirst, only } = plan;
  const kind = node.op as Kind;
  const all = dirsOf(node);
  const dirs = only === undefined ? all : 1;
  const x = binder.device(values[0]!);
  const [T = 0, B = 0, I = 0] = x.shape;
  const H = packed?.[0]?.r[0]?.inputs ?? values[R]?.shape[2] ?? 0;
  const GH = GATES[CELLS[kind]] * H;
  const expected = [
    ...[[T, B, packed?.[0]?.w.inputs ?? I], [all, GH, I], [all, GH, H], [all, 2 * GH], [B]],
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
  const cells = cellsOf(plan);
  const advance = STEPS[kind];
  const { machine } = binder;
  const sizes = { xg: T * B * GH, hg: B * GH, h: B * H, c: B * H, z: B * H, kept: B * H };
  const at = Object.fromEntries(
    Object.entries(sizes).map(([name, size]) => [name, binder.temporary(size * 4)]),
  ) as Record<keyof typeof sizes, number>;
  const scratch = packed
    ? binder.temporary(
        Math.max(
          scratchBytes(machine, packed[0]!.w, T * B),
          ...packed[0]!.r.map((matrix) => scratchBytes(machine, matrix, B)),
        ),
      )
    : 0;
  const view = (name: keyof typeof sizes): Float32Array =>
    machine.f32.subarray(at[name] >> 2, (at[name] >> 2) + sizes[name]);
  const run: Computation['run'] = (
    [xs, w, r, b = [], lengths = [], h0 = [], c0 = [], p = []],
    [y, hn, cn],
  ) => {
    if (lengths.length > 0) checkLengths(lengths, T);
    const { multiply } = machine.wasm;
    const buffers = {
      xg: view('xg'),
      hg: view('hg'),
      h: view('h'),
      c: view('c'),
      z: view('z'),
      kept: view('kept'),
    };
    const { xg, hg, h, c, kept } = buffers;
    y!.fill(0);
    for (let k = 0; k < dirs; k++) {
      const d = only ?? k;
      const reverse = d === 1 || directionOf(node) === 'reverse';
      const weights = packed?.[d];
      const step: Step = {
        ...{ ...cells[d]!, ...buffers, H, xAt: 0, hAt: 0, at: 0 },
        ...{ b, bAt: (2 * d + 1) * GH + 2 * H, p, pAt: d * 3 * H },
      };
      const { resetsFirst: first } = step;
      if (weights) multiply(weights.w.at, x.buffer.at, I * 4, T * B, at.xg, GH * 4, 0, scratch);
      else multiplied(w!, d * GH * I, [I, GH], xs!, T * B, xg, [0, GH]);
      // Both biases at once, but for the state's in what a GRU's reset gate multiplies.
      const apart = kind === 'GRU' && !first ? 2 * H : GH;
      for (let n = 0; n < T * B * GH && b.length > 0; n++) {
        const row = n % GH;
        xg[n]! += b[2 * d * GH + row]! + (row < apart ? b[(2 * d + 1) * GH + row]! : 0);
      }
      for (let n = 0; n < B * H; n++) {
        h[n] = h0[k * B * H + n] ?? 0;
        c[n] = c0[k * B * H + n] ?? 0;
      }
      /** @param part 1: the last gate of a GRU that resets first, of what is kept */
      const productOfState = (part: 0 | 1): void => {
        const rows = part ? H : first ? 2 * H : GH;
        if (weights) {
          const from = part ? at.kept : at.h;
          multiply(weights.r[part]!.at, from, H * 4, B, at.hg + part * 8 * H, GH * 4, 0, scratch);
        } else {
          const rAt = (d * GH + part * 2 * H) * H;
          multiplied(r!, rAt, [H, rows], part ? kept : h, B, hg, [part * 2 * H, GH]);
        }
      };
      /** @returns whether the sequence goes on: past its end it keeps its state; in reverse it starts there */
      const place = (t: number, lane: number): boolean => {
        step.xAt = (t * B + lane) * GH;
        step.hAt = lane * GH;
        step.at = lane * H;
        return t < (lengths[lane] ?? T);
      };
      for (let s = 0; s < T; s++) {
        const t = reverse ? T - 1 - s : s;
        productOfState(0);
        if (first) {
          for (let lane = 0; lane < B; lane++) if (place(t, lane)) gruGates(step);
          productOfState(1);
        }
        for (let lane = 0; lane < B; lane++) {
          if (!place(t, lane)) continue;
          advance(step);
          const to = lanesFirst ? ((t * B + lane) * dirs + k) * H : ((t * dirs + k) * B + lane) * H;
          y!.set(h.subarray(step.at, step.at + H), to);
        }
      }
      hn!.set(h, k * B * H);
      (cn as Writable | undefined)?.set(c, k * B * H);
    }
  };
  const shape = lanesFirst ? [T, B, dirs, H] : [T, dirs, B, H];
  const state = { shape: [dirs, B, H], type: 'float32' as const };
  const outputs = [{ shape, type: 'float32' as const }, state, ...(kind === 'LSTM' ? [state] : [])];
  return bindComputation(binder, values, { outputs, run });
}
