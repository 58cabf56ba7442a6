/** Loss and score of validation batches, as sums that add up over threads. */
import type { Network } from '../nn/network.ts';
import { Random } from '../random.ts';
import type { TaskData } from '../task.ts';
import { badSampleError, findBadSample } from './findBadSample.ts';
import { namingSample } from './namingSample.ts';

export interface EvaluationSums {
  readonly loss: number;
  readonly weight: number;
  readonly sums: Readonly<Record<string, number>>;
}

/**
 * @throws DIVERGED where a loss is not finite, DATA_INVALID where a sample is not, both naming the sample; what the loss
 *   throws
 */
export function evaluateBatches(
  network: Network,
  data: TaskData,
  batches: readonly Int32Array[],
): EvaluationSums {
  // Validation samples are not augmented; what a task still draws is the same at every validation.
  const random = Random.fromSeed(0).derive('validate');
  let loss = 0;
  let weight = 0;
  const sums: Record<string, number> = {};
  for (const indices of batches) {
    const batch = data.batch('val', indices, random);
    const { outputs, lengths, part } = namingSample(data, 'val', indices, batch, () => {
      const outputs = network.forward(batch);
      const lengths = network.outputLengths();
      return { outputs, lengths, part: data.loss(outputs, lengths, batch) };
    });
    if (!Number.isFinite(part.sum)) {
      const bad = findBadSample(network, data, 'val', indices, random);
      throw badSampleError(`The loss of validation is ${part.sum}`, bad, { loss: String(part.sum) });
    }
    loss += part.sum;
    weight += part.weight;
    for (const [key, value] of Object.entries(data.score(outputs, lengths, batch))) {
      sums[key] = (sums[key] ?? 0) + value;
    }
  }
  return { loss, weight, sums };
}

/** Over threads. */
export function addEvaluations(parts: readonly EvaluationSums[]): EvaluationSums {
  const sums: Record<string, number> = {};
  let loss = 0;
  let weight = 0;
  for (const part of parts) {
    loss += part.loss;
    weight += part.weight;
    for (const [key, value] of Object.entries(part.sums)) sums[key] = (sums[key] ?? 0) + value;
  }
  return { loss, weight, sums };
}
