/**
 * Backpropagation through time over one thread's share of a batch: forward, loss, backward. It leaves
 * d(sum of the loss)/d(weights) in the network's gradients; dividing by the weight of the whole batch is left
 * to whoever adds the shares.
 */
import type { LossSum } from '../losses/loss.ts';
import type { Network } from '../nn/network.ts';
import type { Random } from '../random.ts';
import type { TaskData } from '../task.ts';
import { namingSample } from './namingSample.ts';

/**
 * @param samples the whole batch; this thread takes every `threads`-th from `thread` on, so that samples
 *   sorted by length spread evenly
 * @param random the generator of this step, the same in all threads
 */
export function shardGradient(
  network: Network,
  data: TaskData,
  samples: Int32Array,
  thread: number,
  threads: number,
  random: Random,
): LossSum {
  network.clearGradients();
  const { indices, positions } = takeShard(samples, thread, threads);
  if (indices.length === 0) return { sum: 0, weight: 0 };
  const batch = data.batch('train', indices, random.derive('data'));
  const loss = namingSample(data, 'train', indices, batch, () => {
    const outputs = network.forward(batch, { dropout: random.derive('dropout'), lanePositions: positions });
    return data.loss(outputs, network.outputLengths(), batch, network.outputGradients());
  });
  network.backward();
  return loss;
}

/** Every `threads`-th element from `thread` on, and where it stood. */
export function takeShard(
  samples: Int32Array,
  thread: number,
  threads: number,
): { readonly indices: Int32Array; readonly positions: Int32Array } {
  const size = Math.max(0, Math.ceil((samples.length - thread) / threads));
  const positions = Int32Array.from({ length: size }, (_, i) => thread + i * threads);
  return { indices: positions.map((position) => samples[position]!), positions };
}
