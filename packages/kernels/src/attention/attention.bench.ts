/** The speed of attention, forward and backward, GFLOP/s: multiply and add of its products, without the softmax. */
import { loadTrainKernels, type Variant } from '../train.ts';

export async function benchAttention(variant: Variant, steps: number, features: number, B: number) {
  const kernels = await loadTrainKernels({ variant });
  const size = steps * features * B;
  const put = (): number => {
    const at = kernels.alloc(size);
    const view = kernels.f32(at, size);
    for (let i = 0; i < size; i++) view[i] = Math.sin(i);
    return at;
  };
  const call = {
    ...{ T: steps, S: steps, B, features, values: features, heads: 1, causal: false, lens: 0 },
    ...{ q: put(), k: put(), v: put(), y: put(), shares: kernels.alloc(steps * steps * B) },
    ...{ dy: put(), dq: put(), dk: put(), dv: put() },
  };
  // Two products forward, four back.
  const flop = 4 * steps * size;
  let [forward, backward] = [Infinity, Infinity];
  for (let round = 0; round < 30; round++) {
    const start = performance.now();
    kernels.attentionForward(call);
    const middle = performance.now();
    kernels.attentionBackward(call);
    forward = Math.min(forward, middle - start);
    backward = Math.min(backward, performance.now() - middle);
  }
  return { forward: flop / forward / 1e6, backward: (2 * flop) / backward / 1e6 };
}
