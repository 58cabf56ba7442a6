/** One whole training step, timed: layers of a cell, a dense layer on top, AdamW. */
import { GATES } from '@rivulet/core';
import type { CellKind, RecurrentBackwardCall, TrainKernels } from '../trainTypes.ts';
import { seeded, uniform } from './random.ts';

export interface Job {
  name: string;
  cell: CellKind;
  T: number;
  B: number;
  input: number;
  hidden: number;
  layers: number;
  directions: 1 | 2;
  output: number;
}

/** The fastest of several steps: what the machine can do when nothing else runs on it. */
export function benchJob(
  kernels: TrainKernels,
  { cell, T, B, input, hidden, layers, directions, output }: Job,
  rounds = 10,
): { milliseconds: number; forward: number; gflops: number } {
  const start = kernels.mark();
  const random = seeded(1);
  const put = (count: number, range: number): number => {
    const at = kernels.alloc(count);
    kernels.f32(at, count).set(uniform(random, count, range));
    return at;
  };
  const G = GATES[cell];
  const unit = hidden * B;
  const yStride = directions * unit;
  let x = put(T * input * B, 1);
  let dx = 0;
  let width = input;
  let multiplies = 0;
  const parameters: { count: number; w: number; g: number; m: number; v: number }[] = [];
  const parameter = (count: number): { count: number; w: number; g: number; m: number; v: number } => {
    const p = {
      count,
      w: put(count, 0.1),
      g: kernels.alloc(count),
      m: kernels.alloc(count),
      v: kernels.alloc(count),
    };
    parameters.push(p);
    return p;
  };
  const calls: RecurrentBackwardCall[] = [];
  for (let layer = 0; layer < layers; layer++) {
    const y = kernels.alloc(T * yStride);
    const dy = kernels.alloc(T * yStride);
    for (let direction = 0; direction < directions; direction++) {
      const w = parameter(G * hidden * width);
      const r = parameter(G * hidden * hidden);
      const b = parameter(2 * G * hidden);
      calls.push({
        ...{ cell, T, B, input: width, hidden, reverse: direction === 1, x, dx, lens: 0, yStride },
        ...{ w: w.w, r: r.w, b: b.w, dw: w.g, dr: r.g, db: b.g },
        ...{ h0: 0, c0: 0, hn: 0, cn: 0, dhn: 0, dcn: 0, dh0: 0, dc0: 0 },
        y: y + 4 * direction * unit,
        dy: dy + 4 * direction * unit,
        cache: kernels.alloc(kernels.recurrentCacheFloats(cell, T, width, hidden, B)),
      });
      multiplies += T * B * G * hidden * (width + hidden);
    }
    x = y;
    dx = dy;
    width = directions * hidden;
  }
  const w = parameter(output * width);
  const b = parameter(output);
  const size = T * output * B;
  const dense = {
    ...{ T, B, in: width, out: output, x, w: w.w, b: b.w, y: kernels.alloc(size) },
    ...{ dy: put(size, 1e-3), dx, dw: w.g, db: b.g },
  };
  multiplies += T * B * output * width;
  const dxs = new Map(calls.filter((call) => call.dx).map((call) => [call.dx, T * call.input * B]));
  dxs.set(dx, T * width * B);
  let best = Number.POSITIVE_INFINITY;
  let bestForward = Number.POSITIVE_INFINITY;
  for (let round = 1; round <= rounds; round++) {
    const from = performance.now();
    for (const call of calls) kernels.recurrentForward(call);
    kernels.denseForward(dense);
    bestForward = Math.min(bestForward, performance.now() - from);
    for (const [ptr, count] of dxs) kernels.fill(ptr, count, 0);
    for (const { g, count } of parameters) kernels.fill(g, count, 0);
    kernels.denseBackward(dense);
    for (const call of calls.toReversed()) kernels.recurrentBackward(call);
    for (const p of parameters) {
      kernels.adamStep({
        ...{ ...p, lr: 1e-3, beta1: 0.9, beta2: 0.999, oneMinusBeta1: 0.1, oneMinusBeta2: 0.001 },
        ...{ eps: 1e-8, weightDecay: 0.01, bias1: 1 - 0.9 ** round, bias2: 1 - 0.999 ** round },
      });
    }
    best = Math.min(best, performance.now() - from);
  }
  kernels.release(start);
  // Forward, and twice as much back; the first layer's input needs no gradient.
  const flop = 2 * (3 * multiplies - T * B * G * hidden * input * directions);
  return { milliseconds: best, forward: bestForward, gflops: flop / best / 1e6 };
}
