/**
 * The loop of an adaptation: rounds over the training part in the order that the seed gives, the held-out part asked
 * after each, the best change kept, and an ear between any two steps for whoever wants it to stop.
 */
import { RivuletError } from '@rivulet/core';
import { batchesPerEpoch, epochBatches } from '../bptt/epochBatches.ts';
import { shardGradient } from '../bptt/shardGradient.ts';
import type { Network } from '../nn/network.ts';
import { learningRate } from '../optim/learningRate.ts';
import type { OptimiserRecipe } from '../optim/optimiserSchema.ts';
import type { Random } from '../random.ts';
import type { TaskData } from '../task.ts';
import type { AdaptProgress, Interruption, StopReason } from './api.ts';
import type { Delta, DeltaPart } from './delta.ts';
import type { HeldOutRule, Judgement } from './heldOutRule.ts';
import type { TrainedPart } from './trainedPart.ts';
import { Turns } from './turns.ts';

export interface FineTuneJob {
  readonly network: Network;
  readonly data: TaskData;
  readonly part: TrainedPart;
  readonly optimiser: OptimiserRecipe;
  readonly batch: number;
  readonly epochs: number;
  readonly seconds: number;
  readonly patience: number;
  readonly random: Random;
  /** What is held out says of the model as it is. */
  readonly before: Judgement;
  readonly rule: HeldOutRule;
  /** The change as a file would hold it, judged. */
  judge(parts: readonly DeltaPart[]): Candidate;
}

export interface Candidate extends Judgement {
  readonly delta: Delta;
}

/** Who listens and who may stop it. */
export interface FineTuneControl {
  /** Why it should stop, once it should. */
  readonly stop: () => Interruption | undefined;
  readonly onProgress?: ((progress: AdaptProgress) => void) | undefined;
}

export interface FineTuned {
  /** Absent when it was stopped before the first round was over. */
  readonly best?: Candidate | undefined;
  readonly stopped: StopReason;
  readonly steps: number;
  readonly epochs: number;
  readonly seconds: number;
}

/**
 * @throws ABORTED, and DIVERGED when loss or gradient stop being finite
 */
export async function fineTune(job: FineTuneJob, control: FineTuneControl): Promise<FineTuned> {
  const { data, batch, epochs, patience, rule } = job;
  const before = job.before.figures;
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  const lengths = Int32Array.from({ length: data.trainCount }, (_, i) => data.trainLength(i));
  const totalSteps = epochs * batchesPerEpoch(lengths.length, batch);
  const turns = new Turns();
  let best: Candidate | undefined;
  let bestEpoch = 0;
  let steps = 0;
  const ended = (stopped: StopReason, epoch: number): FineTuned => ({
    ...{ best, stopped, steps, epochs: epoch, seconds: elapsed() },
  });
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      for (const samples of epochBatches(lengths, batch, 1, job.random.derive('epoch', epoch))) {
        await turns.next();
        const stop = control.stop();
        if (stop === 'abort') throw new RivuletError('ABORTED', 'the adaptation was aborted', { steps });
        if (stop) return ended(stop, epoch);
        if (elapsed() >= job.seconds) return ended('time', epoch);
        const loss = takeStep(job, samples, steps++, totalSteps);
        const seconds = elapsed();
        control.onProgress?.({
          ...{ step: steps, totalSteps, epoch, loss, before, seconds },
          best: best?.figures ?? before,
          etaSeconds: (seconds / steps) * (totalSteps - steps),
        });
      }
      const candidate = job.judge(job.part.parts());
      if (!best || rule.isBetter(candidate, best)) {
        best = candidate;
        bestEpoch = epoch;
      } else if (epoch - bestEpoch >= patience) return ended('early', epoch + 1);
    }
    return ended('done', epochs);
  } finally {
    turns.close();
  }
}

function takeStep(job: FineTuneJob, samples: Int32Array, step: number, totalSteps: number): number {
  const { network, data, part, optimiser } = job;
  const random = job.random.derive('step', step);
  const { sum, weight } = shardGradient(network, data, samples, 0, 1, random);
  const scale = 1 / (weight || 1);
  const norm = part.gradientNorm(scale);
  const loss = sum * scale;
  if (!Number.isFinite(loss) || !Number.isFinite(norm)) {
    throw new RivuletError('DIVERGED', `Step ${step + 1}: loss ${loss}, gradient norm ${norm}`, {
      ...{ step: step + 1, loss: String(loss), norm: String(norm) },
    });
  }
  part.update(norm, learningRate(optimiser, step, totalSteps), step);
  return loss;
}
