/** RNN, LSTM and GRU: any direction, lengths, initial and final states. */
import { attributeOf, type OnnxNode, RivuletError } from '@rivulet/core';
import { bindRecurrent, packRecurrent, type RecurrentLayer } from '@rivulet/kernels/infer';
import type { Binder } from '../binder.ts';
import { matrixOf } from '../constants.ts';
import type { Bind, Loader, Operator, PlanNode } from '../operator.ts';
import { type DeviceValue, shapeError, type Value } from '../value.ts';

export const CELLS = { RNN: 'rnn', LSTM: 'lstm', GRU: 'gru' } as const;
const GATES = { RNN: 1, LSTM: 4, GRU: 3 } as const;
const DEFAULTS: Record<Kind, readonly string[]> = {
  RNN: ['tanh'],
  LSTM: ['sigmoid', 'tanh', 'tanh'],
  GRU: ['sigmoid', 'tanh'],
};
export type Kind = keyof typeof CELLS;

/** Positions of inputs. */
const [X, W, R, B, LENGTHS, H0, C0, PEEPHOLES] = [0, 1, 2, 3, 4, 5, 6, 7];
export const DIRECTIONS: readonly string[] = ['forward', 'reverse', 'bidirectional'];

export const recurrent: Operator = {
  packs: [W, R, B],
  needs: 3,

  refuses({ node, inputs }, facts) {
    const kind = node.op as Kind;
    const [w, r] = [W, R].map((i) => matrixOf(facts.constant(inputs[i]), [0, 1]));
    if (!w || !r) return 'weights that are not constant';
    const b = facts.constant(inputs[B]);
    if (inputs[B] && !(b?.kind === 'plain' && b.tensor.data instanceof Float32Array)) {
      return 'biases that are not constant';
    }
    if (attributeOf(node, 'clip', 'float', 0) !== 0) return 'clip';
    if (attributeOf(node, 'input_forget', 'int', 0) !== 0) return 'input_forget';
    if (inputs[PEEPHOLES]) return 'peepholes';
    if (!DIRECTIONS.includes(directionOf(node))) return `direction=${directionOf(node)}`;
    const activations = activationsOf(node);
    const known = activations.every((name, i) => {
      const usual = DEFAULTS[kind][i % DEFAULTS[kind].length];
      return name === usual || (kind === 'RNN' && name === 'relu');
    });
    if (!known) return `activations ${activations.join(', ')}`;
    const dirs = dirsOf(node);
    const [hidden, input] = [r.shape[2] ?? 0, w.shape[2] ?? 0];
    const rows = GATES[kind] * hidden;
    const fits =
      hidden > 0 &&
      attributeOf(node, 'hidden_size', 'int', hidden) === hidden &&
      String(w.shape) === String([dirs, rows, input]) &&
      String(r.shape) === String([dirs, rows, hidden]) &&
      (!b || b.tensor.data.length === dirs * 2 * rows);
    return fits ? undefined : `weights of shapes [${w.shape}] and [${r.shape}]`;
  },

  prepare(plan, loader) {
    const layers = packDirections(plan, loader);
    for (const i of [X, H0, C0]) loader.pin(plan.inputs[i]);
    return (binder, inputs, bound) => bindLayers(bound, layers, binder, inputs);
  },
};

export const directionOf = (node: OnnxNode): string => attributeOf(node, 'direction', 'string', 'forward');
export const dirsOf = (node: OnnxNode): number => (directionOf(node) === 'bidirectional' ? 2 : 1);

function activationsOf(node: OnnxNode): string[] {
  return attributeOf(node, 'activations', 'strings', []).map((name) => name.toLowerCase());
}

function packDirections({ node, inputs }: PlanNode, loader: Loader): RecurrentLayer[] {
  const kind = node.op as Kind;
  const w = matrixOf(loader.constant(inputs[W]), [0, 1])!;
  const r = matrixOf(loader.constant(inputs[R]), [0, 1])!;
  const biases = loader.constant(inputs[B]);
  const [dirs, rows, input] = w.shape as [number, number, number];
  const hidden = rows / GATES[kind];
  return Array.from({ length: dirs }, (_, d) => {
    const part = ({ data, scales }: typeof w, width: number) => ({
      data: data.subarray(d * rows * width, (d + 1) * rows * width),
      scales: scales?.subarray(d * rows, (d + 1) * rows),
    });
    return packRecurrent(loader.machine, {
      cell: CELLS[kind],
      activation: activationsOf(node)[d] === 'relu' ? 'relu' : 'tanh',
      linearBeforeReset: attributeOf(node, 'linear_before_reset', 'int', 0) !== 0,
      input,
      hidden,
      w: part(w, input),
      r: part(r, hidden),
      b: (biases?.tensor.data as Float32Array | undefined)?.subarray(d * 2 * rows, (d + 1) * 2 * rows),
    });
  });
}

function bindLayers(
  { node, outputs, lanesFirst, only }: PlanNode,
  directions: readonly RecurrentLayer[],
  binder: Binder,
  inputs: Parameters<Bind>[1],
): Value[] {
  const { machine } = binder;
  const layers = only === undefined ? directions : [directions[only]!];
  const { hidden: H, input: I } = layers[0]!;
  const dirs = layers.length;
  const x = binder.device(inputs[X]!);
  const [T, batch, features] = x.shape;
  if (x.shape.length !== 3 || features !== I) throw shapeError(node.op, `X must be [T, B, ${I}]`, x.shape);
  const lengths = inputs[LENGTHS] && binder.device(inputs[LENGTHS], 'int32');
  if (lengths && String(lengths.shape) !== String([batch])) {
    throw shapeError(node.op, `sequence_lens must be [${batch}]`, lengths.shape);
  }
  const state = (i: number, name: string): DeviceValue | undefined => {
    const value = inputs[i] && binder.device(inputs[i]);
    if (value && String(value.shape) !== String([dirs, batch, H])) {
      throw shapeError(node.op, `${name} must be [${dirs}, ${batch}, ${H}]`, value.shape);
    }
    return value;
  };
  const h0 = state(H0, 'initial_h');
  const c0 = node.op === 'LSTM' ? state(C0, 'initial_c') : undefined;

  const B = batch!;
  const y = outputs[0] ? binder.make(lanesFirst ? [T!, B, dirs, H] : [T!, dirs, B, H]) : undefined;
  const finalH = outputs[1] ? binder.make([dirs, B, H]) : undefined;
  const finalC = outputs[2] ? binder.make([dirs, B, H]) : undefined;
  const directed = (states: DeviceValue | undefined, d: number): number =>
    states ? states.buffer.at + d * B * H * 4 : 0;
  layers.forEach((layer, d) => {
    // Scratch of one direction serves the other as well; the description must outlive both.
    const kept = { first: true };
    const bound = bindRecurrent(
      machine,
      layer,
      {
        T: T!,
        B,
        reverse: (only ?? d) === 1 || directionOf(node) === 'reverse',
        x: x.buffer.at,
        lengths: lengths?.buffer.at ?? 0,
        h0: directed(h0, d),
        c0: directed(c0, d),
        hn: directed(finalH, d),
        cn: directed(finalC, d),
        y: y ? y.buffer.at + d * H * 4 * (lanesFirst ? 1 : B) : 0,
        yStep: dirs * B * H * 4,
        yRow: (lanesFirst ? dirs : 1) * H * 4,
      },
      (bytes) => {
        if (!kept.first) return binder.temporary(bytes);
        kept.first = false;
        return binder.keep(bytes);
      },
    );
    binder.enter(bound.describe);
    const lengthsAt = lengths && lengths.buffer.at >> 2;
    const { recurrent } = machine.wasm;
    binder.step(() => {
      if (lengthsAt) checkLengths(machine.i32.subarray(lengthsAt, lengthsAt + B), T!);
      recurrent(bound.at);
    });
  });
  return [y, finalH, finalC].map((value) => value ?? NOTHING);
}

/** Stands for an output nobody asked for. */
const NOTHING: Value = { place: 'host', type: 'float32', shape: [0], data: [] };

/** @throws ARGUMENT */
export function checkLengths(lengths: ArrayLike<number>, T: number): void {
  for (let i = 0; i < lengths.length; i++) {
    const length = lengths[i]!;
    if (length < 0 || length > T) {
      throw new RivuletError('ARGUMENT', `a length must lie in 0 ... ${T}, got ${length}`, { length, T });
    }
  }
}
