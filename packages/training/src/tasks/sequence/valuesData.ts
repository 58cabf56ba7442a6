/** Samples with numbers at each step of the output, or at its one step, judged as the recipe's `data.loss` says. */
import type { Batch, LaneTensors } from '../../task.ts';
import { type Sample, SequenceData, type Split } from './sequenceData.ts';
import { answerSums, type LossRecipe, type ValueLoss } from './valueLoss.ts';

export interface ValuesTarget {
  /** [T][targets][lanes], NaN = missing */
  readonly values: Float32Array;
  readonly lanes: number;
}

/** What the network says, and by what it is judged. */
export interface ValuesOutput {
  readonly name: string;
  /** Numbers of a step. */
  readonly targets: number;
  readonly judged: LossRecipe;
  readonly loss: ValueLoss;
}

export abstract class ValuesData<S extends Sample> extends SequenceData<S> {
  protected readonly output: ValuesOutput;

  constructor(
    output: ValuesOutput,
    samples: Readonly<Record<Split, readonly S[]>>,
    files: readonly string[],
  ) {
    super(samples, files);
    this.output = output;
  }

  /** As the recipe names it. */
  get judged(): LossRecipe {
    return this.output.judged;
  }

  loss(
    outputs: LaneTensors,
    lengths: Int32Array | undefined,
    { target, size }: Batch,
    gradients?: Readonly<Record<string, Float32Array>>,
  ): { sum: number; weight: number } {
    const { name, loss } = this.output;
    return loss.loss({
      output: outputs[name]!,
      target: (target as ValuesTarget).values,
      size,
      lengths,
      gradient: gradients?.[name],
    });
  }

  score(outputs: LaneTensors, lengths: Int32Array | undefined, batch: Batch): Record<string, number> {
    const { name, loss, targets } = this.output;
    const { sum, weight } = this.loss(outputs, lengths, batch);
    const { values } = batch.target as ValuesTarget;
    return { sum, weight, ...answerSums(loss, outputs[name]!, values, batch.size, lengths, targets) };
  }

  /** The mean loss under its own name, and what `valueMeanings` says. */
  figures({ sum, weight, errors, squares, absolutes, within }: Readonly<Record<string, number>>) {
    const { figure, covers } = this.output.loss;
    const mean = sum! / weight!;
    return {
      mae: absolutes! / weight!,
      [figure]: mean,
      relativeError: Math.sqrt(errors! / squares!),
      ...(covers ? { within: within! / weight! } : {}),
      best: mean,
    };
  }
}
