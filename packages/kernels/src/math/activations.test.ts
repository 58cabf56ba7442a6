import { describe, expect, it } from 'vitest';
import { loadTrainKernels, type RecurrentCall, type TrainKernels } from '../train.ts';

/** tanh through an RNN of one unit, sigmoid through a GRU's update gate with n = 0 and h = 1. */
function through(kernels: TrainKernels, cell: 'rnn' | 'gru', x: Float32Array): Float32Array {
  const B = x.length;
  const G = cell === 'rnn' ? 1 : 3;
  const start = kernels.mark();
  const room = (floats: number) => kernels.alloc(floats);
  const call: RecurrentCall = {
    ...{ cell, T: 1, B, input: 1, hidden: 1, reverse: false, lens: 0, c0: 0, hn: 0, cn: 0, yStride: B },
    ...{ x: room(B), w: room(G), r: room(G), b: room(2 * G), h0: room(B), y: room(B) },
    cache: room(kernels.recurrentCacheFloats(cell, 1, 1, 1, B)),
  };
  kernels.f32(call.x, B).set(x);
  kernels.f32(call.w, 1)[0] = 1;
  kernels.fill(call.h0, B, 1);
  kernels.recurrentForward(call);
  const y = kernels.f32(call.y, B).slice();
  kernels.release(start);
  return y;
}

describe.each(['plain', 'relaxed'] as const)('activations, %s', async (variant) => {
  const kernels = await loadTrainKernels({ variant });
  // From 1e-30 to 80, both signs, dense enough to meet every interval of the reduction.
  const x = Float32Array.from({ length: 40_000 }, (_, i) => {
    const size = Math.exp(-69 + (73.4 * (i >> 1)) / 20_000);
    return i % 2 ? size : -size;
  });
  const even = Float32Array.from({ length: 40_000 }, (_, i) => (i - 20_000) / 1000);

  function largestRelative(cell: 'rnn' | 'gru', exact: (v: number) => number): number {
    return [x, even].reduce((largest, values) => {
      const y = through(kernels, cell, values);
      return values.reduce((most, v, i) => {
        const wanted = exact(v);
        return wanted === 0 ? most : Math.max(most, Math.abs(y[i]! / wanted - 1));
      }, largest);
    }, 0);
  }

  it('tanh is within 3e-7 relative, near 0 too', () => {
    expect(largestRelative('rnn', Math.tanh)).toBeLessThan(3e-7);
  });

  it('sigmoid is within 3e-7 relative, far below 0 too', () => {
    expect(largestRelative('gru', (v) => 1 / (1 + Math.exp(-v)))).toBeLessThan(3e-7);
  });

  it('saturates without overflow, and NaN stays', () => {
    const edges = Float32Array.of(-1e30, 1e30, -Infinity, Infinity, Number.NaN, 0, -0, 1);
    expect([...through(kernels, 'rnn', edges)].slice(0, 6)).toEqual([-1, 1, -1, 1, Number.NaN, 0]);
    const s = through(kernels, 'gru', edges);
    expect(s[0]).toBeLessThan(1e-37);
    // Not the infinities: the gates whose weight is 0 would meet 0 * Infinity.
    expect([s[1], s[4], s[5]]).toEqual([1, Number.NaN, 0.5]);
  });
});
