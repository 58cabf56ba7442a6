/** Samples with a class at each step of the output: tags, the next token of a text, the tokens of a translation. */
import { crossEntropy } from '../../losses/crossEntropy.ts';
import type { Batch, LaneTensor, LaneTensors } from '../../task.ts';
import { type Sample, SequenceData, type Split } from './sequenceData.ts';

export interface StepClassesTarget {
  /** [T][lanes], -1 where none counts */
  readonly classes: Int32Array;
  readonly lanes: number;
}

/** Sums over validation batches. */
export type StepClassesSums = Record<'nats' | 'steps' | 'wrongSteps' | 'samples' | 'wrongSamples', number>;

export abstract class StepClassesData<S extends Sample> extends SequenceData<S> {
  readonly #output: string;

  /** @param output name of the network's output, [T][classes][lanes] logits */
  constructor(output: string, samples: Readonly<Record<Split, readonly S[]>>, files: readonly string[]) {
    super(samples, files);
    this.#output = output;
  }

  window(target: unknown, start: number, end: number): StepClassesTarget {
    const { classes, lanes } = target as StepClassesTarget;
    return { classes: classes.subarray(start * lanes, end * lanes), lanes };
  }

  loss(
    outputs: LaneTensors,
    lengths: Int32Array | undefined,
    { target, size }: Batch,
    gradients?: Readonly<Record<string, Float32Array>>,
  ): { sum: number; weight: number } {
    return crossEntropy({
      output: outputs[this.#output]!,
      target: (target as StepClassesTarget).classes,
      size,
      lengths,
      gradient: gradients?.[this.#output],
    });
  }

  score(outputs: LaneTensors, lengths: Int32Array | undefined, batch: Batch): StepClassesSums {
    const output = outputs[this.#output]!;
    const { classes } = batch.target as StepClassesTarget;
    const { sum: nats, weight: steps } = this.loss(outputs, lengths, batch);
    const sums = { nats, steps, wrongSteps: 0, samples: batch.size, wrongSamples: 0 };
    for (let lane = 0; lane < batch.size; lane++) {
      let wrong = 0;
      for (let t = 0; t < (lengths?.[lane] ?? output.T); t++) {
        const wanted = classes[t * output.lanes + lane]!;
        if (wanted >= 0 && likeliest(output, t, lane) !== wanted) wrong++;
      }
      sums.wrongSteps += wrong;
      if (wrong > 0) sums.wrongSamples++;
    }
    return sums;
  }
}

function likeliest({ data, F, lanes }: LaneTensor, t: number, lane: number): number {
  let best = 0;
  for (let c = 1; c < F; c++) {
    if (data[(t * F + c) * lanes + lane]! > data[(t * F + best) * lanes + lane]!) best = c;
  }
  return best;
}
