/**
 * One recurrent layer through the inference kernels and through the readable cells of @rivulet/core, from the same
 * random weights and inputs.
 */
import { activationsOf, type Cell, GATES, runSequence, type Tensor, tensor } from '@rivulet/core';
import { bindRecurrent, type InferMachine, packChanges, packRecurrent } from '../infer.ts';
import { quantiseForTest, randomFloats } from './inferCases.ts';

export interface InferCase {
  readonly cell: Cell;
  /** RNN only. */
  readonly activation?: 'tanh' | 'relu';
  /** GRU only. */
  readonly linearBeforeReset?: 0 | 1;
  /** What ONNX lets a node change; absent: nothing. */
  readonly changes?: {
    /** In ONNX's names, as many as the cell has. */
    readonly activations: readonly string[];
    readonly alphas?: readonly number[];
    readonly betas?: readonly number[];
    readonly clip?: number;
    readonly inputForget?: boolean;
    readonly peepholes?: boolean;
  };
  readonly T: number;
  readonly B: number;
  readonly I: number;
  readonly H: number;
  readonly reverse?: boolean;
  readonly lengths?: readonly number[];
  readonly states?: boolean;
}

interface States {
  /** [T, B, H] */
  readonly y: Float32Array;
  /** [B, H] */
  readonly h: Float32Array;
  /** LSTM only. */
  readonly c?: Float32Array;
}

export interface InferRun {
  readonly got: States;
  readonly expected: States;
  /** Four bytes behind y: -1 as long as nobody writes there. */
  readonly guard: number;
}

/** @param machine fresh, for its weights stay in it */
export function runInferRecurrent(
  machine: InferMachine,
  kase: InferCase,
  int8: boolean,
  seed: number,
): InferRun {
  const { cell, activation = 'tanh', linearBeforeReset = 1, T, B, I, H, reverse = false, states } = kase;
  const G = GATES[cell];
  const random = randomFloats(seed);
  const x = random(T * B * I, 2);
  const b = random(2 * G * H, 1);
  // A relu has no ceiling: with smaller weights its states stay of the size of the others'.
  const gain = activation === 'relu' ? 0.9 : 1.5;
  const w = quantiseForTest(random(G * H * I, gain / Math.sqrt(I)), G * H, int8);
  const r = quantiseForTest(random(G * H * H, gain / Math.sqrt(H)), G * H, int8);
  const h0 = random(B * H, states ? 1 : 0);
  const c0 = random(B * H, states ? 1 : 0);
  const p = kase.changes?.peepholes ? random(3 * H, 1) : undefined;
  const { activations, alphas = [], betas = [], clip = 0, inputForget = false } = kase.changes ?? {};
  const lens = kase.lengths && Int32Array.from(kase.lengths);

  const reference = runSequence({
    cell,
    direction: reverse ? 'reverse' : 'forward',
    activation,
    linearBeforeReset,
    x: tensor(x, [T, B, I]),
    w: tensor(w.restored, [1, G * H, I]),
    r: tensor(r.restored, [1, G * H, H]),
    b: tensor(b, [1, 2 * G * H]),
    h0: tensor(h0, [1, B, H]),
    ...(cell === 'lstm' ? { c0: tensor(c0, [1, B, H]) } : {}),
    ...(lens ? { lengths: lens } : {}),
    ...(activations && { activations, alphas, betas, clip, inputForget }),
    ...(p && { p: tensor(p, [1, 3 * H]) }),
  });

  const layer = packRecurrent(machine, {
    ...{ cell, activation, input: I, hidden: H, w, r, b },
    linearBeforeReset: linearBeforeReset === 1,
    changes:
      activations &&
      packChanges(
        machine,
        { functions: activationsOf(activations, alphas, betas), clip, inputForget, peepholes: p },
        H,
      ),
  });
  let top = machine.workspace;
  const allocate = (bytes: number): number => {
    const at = top;
    top += (bytes + 15) & ~15;
    return at;
  };
  const state = B * H * 4;
  const at = { x: allocate(x.byteLength), h0: 0, c0: 0, hn: allocate(state), cn: allocate(state) };
  if (states) {
    at.h0 = allocate(state);
    at.c0 = allocate(state);
  }
  const y = allocate(T * B * H * 4);
  const guard = allocate(16);
  const lengthsAt = lens ? allocate(B * 4) : 0;
  const bound = bindRecurrent(
    machine,
    layer,
    { T, B, reverse, ...at, lengths: lengthsAt, y, yStep: B * H * 4, yRow: H * 4 },
    allocate,
  );
  machine.reserve(top - machine.workspace);
  machine.u8.fill(0xff, machine.workspace, top); // NaN: whatever is read unwritten shows
  machine.f32.set(x, at.x >> 2);
  if (lens) machine.i32.set(lens, lengthsAt >> 2);
  if (states) {
    machine.f32.set(h0, at.h0 >> 2);
    machine.f32.set(c0, at.c0 >> 2);
  }
  bound.describe();
  machine.wasm.recurrent(bound.at);

  const gather = (from: number): Float32Array => machine.f32.slice(from >> 2, (from >> 2) + B * H);
  const withCell = (h: States, c: Tensor | Float32Array | undefined): States =>
    c ? { ...h, c: c instanceof Float32Array ? c : c.data } : h;
  return {
    got: withCell(
      { y: machine.f32.slice(y >> 2, (y >> 2) + T * B * H), h: gather(at.hn) },
      cell === 'lstm' ? gather(at.cn) : undefined,
    ),
    expected: withCell({ y: reference.y.data, h: reference.h.data }, reference.c),
    guard: machine.i32[guard >> 2]!,
  };
}
