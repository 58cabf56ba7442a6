/** Trains the weights of some layers themselves; the change is what they then differ by. */
import type { TrainKernels } from '@rivulet/kernels/train';
import type { Network } from '../nn/network.ts';
import { align } from '../nn/networkPlan.ts';
import type { Parameter } from '../nn/operation.ts';
import { Optimiser, type Slice } from '../optim/optimiser.ts';
import type { OptimiserRecipe } from '../optim/optimiserSchema.ts';
import type { DeltaPart } from './delta.ts';
import type { TrainedPart } from './trainedPart.ts';

export class WholeWeights implements TrainedPart {
  readonly #network: Network;
  readonly #base: Float32Array;
  readonly #parameters: readonly Parameter[];
  /** One for each stretch of the flat vector. */
  readonly #optimisers: readonly Optimiser[];

  /** @param base [plan.floats] what the change is counted from */
  constructor(
    kernels: TrainKernels,
    network: Network,
    base: Float32Array,
    parameters: readonly Parameter[],
    optimiser: OptimiserRecipe,
  ) {
    this.#network = network;
    this.#base = base;
    this.#parameters = parameters;
    this.#optimisers = stretches(parameters).map((slice) => new Optimiser(kernels, optimiser, slice, 0));
  }

  gradientNorm(scale: number): number {
    const gradients = this.#network.gradients();
    let squares = 0;
    for (const { slice } of this.#optimisers) {
      for (let i = slice.start; i < slice.end; i++) {
        gradients[i]! *= scale;
        squares += gradients[i]! * gradients[i]!;
      }
    }
    return Math.sqrt(squares);
  }

  update(norm: number, lr: number, step: number): void {
    const { weightsPointer, gradientsPointer } = this.#network;
    for (const optimiser of this.#optimisers)
      optimiser.update(weightsPointer, gradientsPointer, norm, lr, step);
  }

  parts(): DeltaPart[] {
    const weights = this.#network.weights();
    return this.#parameters.map(({ name: parameter, offset, size }) => ({
      parameter,
      sum: Float32Array.from({ length: size }, (_, i) => weights[offset + i]! - this.#base[offset + i]!),
    }));
  }
}

/** Where the parameters stand without a gap between them. */
function stretches(parameters: readonly Parameter[]): Slice[] {
  const found: { start: number; end: number }[] = [];
  for (const { offset, size } of [...parameters].sort((a, b) => a.offset - b.offset)) {
    const last = found.at(-1);
    if (last?.end === offset) last.end = align(offset + size);
    else found.push({ start: offset, end: align(offset + size) });
  }
  return found;
}
