/** Puts a problem of the reference into the kernels' memory, runs forward and backward, and takes all out again. */
import { GATES } from '@rivulet/core';
import type { RecurrentBackwardCall, TrainKernels } from '../trainTypes.ts';
import type { RecurrentProblem } from './recurrentReference.ts';

export interface Upstream {
  dy: Float64Array;
  dhn?: Float64Array | undefined;
  dcn?: Float64Array | undefined;
}

export type Gradients = Record<'x' | 'w' | 'r' | 'b' | 'h0' | 'c0', Float32Array>;

export interface RecurrentRun {
  y: Float32Array;
  hn: Float32Array;
  cn: Float32Array;
  gradients: Gradients;
}

/**
 * @param halves 2 lays y and dy out as one direction of a bidirectional layer, beside a half that must stay as is
 */
export function runRecurrent(
  kernels: TrainKernels,
  p: RecurrentProblem,
  upstream: Upstream,
  halves: 1 | 2 = 1,
): RecurrentRun {
  const { T, B, input, hidden, cell, reverse } = p;
  const G = GATES[cell];
  const unit = hidden * B;
  const yStride = halves * unit;
  const start = kernels.mark();
  const sizes: number[] = [];
  const room = (floats: number): number => {
    sizes.push(floats);
    return kernels.alloc(floats);
  };
  const put = (values?: ArrayLike<number>): number => {
    if (!values) return 0;
    const at = room(values.length);
    kernels.f32(at, values.length).set(values);
    return at;
  };
  const spread = (values: Float64Array, fill: number): Float64Array => {
    const out = new Float64Array(T * yStride).fill(fill);
    for (let t = 0; t < T; t++) out.set(values.subarray(t * unit, (t + 1) * unit), t * yStride);
    return out;
  };
  let lens = 0;
  if (p.lens) {
    lens = room(B);
    kernels.i32(lens, B).set(p.lens);
  }
  const call: RecurrentBackwardCall = {
    ...{ cell, T, B, input, hidden, reverse, lens, yStride },
    ...(p.levels ? { levels: p.levels } : {}),
    ...(p.quickGates ? { quickGates: true } : {}),
    x: put(p.x),
    w: put(p.w),
    r: put(p.r),
    b: put(p.b),
    h0: put(p.h0),
    c0: put(p.c0),
    hn: room(unit),
    cn: cell === 'lstm' ? room(unit) : 0,
    y: put(spread(new Float64Array(T * unit), 77)),
    cache: room(kernels.recurrentCacheFloats(cell, T, input, hidden, B, p.levels !== undefined)),
    dy: put(spread(upstream.dy, 1e9)),
    dhn: put(upstream.dhn),
    dcn: put(upstream.dcn),
    dx: room(T * input * B),
    dw: room(G * hidden * input),
    dr: room(G * hidden * hidden),
    db: room(2 * G * hidden),
    dh0: room(unit),
    dc0: cell === 'lstm' ? room(unit) : 0,
  };
  // Dirt where nothing may be assumed zero.
  kernels.fill(
    call.cache,
    kernels.recurrentCacheFloats(cell, T, input, hidden, B, p.levels !== undefined),
    Number.NaN,
  );
  kernels.recurrentForward(call);
  const take = (ptr: number, floats: number): Float32Array =>
    ptr ? kernels.f32(ptr, floats).slice() : new Float32Array(0);
  const gather = (ptr: number): Float32Array => {
    const all = take(ptr, T * yStride);
    const out = new Float32Array(T * unit);
    for (let t = 0; t < T; t++) out.set(all.subarray(t * yStride, t * yStride + unit), t * unit);
    if (halves === 2) {
      for (let t = 0; t < T; t++) {
        const other = all.subarray(t * yStride + unit, (t + 1) * yStride);
        if (other.some((v) => v !== 77)) throw new Error(`step ${t}: the other direction's half was written`);
      }
    }
    return out;
  };
  const y = gather(call.y);
  kernels.recurrentBackward(call);
  const run: RecurrentRun = {
    y,
    hn: take(call.hn, unit),
    cn: take(call.cn, unit),
    gradients: {
      x: take(call.dx, T * input * B),
      w: take(call.dw, G * hidden * input),
      r: take(call.dr, G * hidden * hidden),
      b: take(call.db, 2 * G * hidden),
      h0: take(call.dh0, unit),
      c0: take(call.dc0, unit),
    },
  };
  kernels.release(start);
  return run;
}
