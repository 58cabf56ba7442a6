/**
 * Low-rank adaptation (Hu et al. 2021): a matrix W stays and A B is added to it, A [rows, rank], B [rank, columns],
 * which alone are trained. The sum is made before every forward pass, so that no kernel knows of it, and the gradients
 * of A and B come from that of W: dA = dW B^T, dB = A^T dW.
 */
import type { TrainKernels } from '@rivulet/kernels/train';
import type { Network } from '../nn/network.ts';
import { align } from '../nn/networkPlan.ts';
import type { Parameter } from '../nn/operation.ts';
import { Optimiser } from '../optim/optimiser.ts';
import type { OptimiserRecipe } from '../optim/optimiserSchema.ts';
import type { Random } from '../random.ts';
import { addProduct, type DeltaPart, matrixShape } from './delta.ts';
import type { TrainedPart } from './trainedPart.ts';

interface Factors {
  readonly parameter: Parameter;
  readonly shape: readonly [dirs: number, rows: number, columns: number];
  /** Floats from the start of the flat vector of all factors. */
  readonly a: number;
  readonly b: number;
}

export interface LowRankOptions {
  readonly rank: number;
  readonly optimiser: OptimiserRecipe;
  /** Draws the first B of each matrix; its A is zero, so that the first sum is W. */
  readonly random: Random;
  /** What an earlier adaptation of the same shape found, to go on from. */
  readonly parts?: readonly DeltaPart[] | undefined;
}

export class LowRank implements TrainedPart {
  readonly #kernels: TrainKernels;
  readonly #network: Network;
  readonly #base: Float32Array;
  readonly #rank: number;
  readonly #factors: readonly Factors[];
  readonly #floats: number;
  readonly #values: number;
  readonly #gradients: number;
  readonly #optimiser: Optimiser;

  /**
   * @param base [plan.floats]
   * @param matrices parameters that get a delta
   */
  constructor(
    kernels: TrainKernels,
    network: Network,
    base: Float32Array,
    matrices: readonly Parameter[],
    { rank, optimiser, random, parts }: LowRankOptions,
  ) {
    this.#kernels = kernels;
    this.#network = network;
    this.#base = base;
    this.#rank = rank;
    let floats = 0;
    const take = (wanted: number): number => {
      const at = floats;
      floats += align(wanted);
      return at;
    };
    this.#factors = matrices.map((parameter) => {
      const shape = matrixShape(parameter);
      const [dirs, rows, columns] = shape;
      return { parameter, shape, a: take(dirs * rows * rank), b: take(dirs * rank * columns) };
    });
    this.#floats = floats;
    this.#values = kernels.alloc(floats);
    this.#gradients = kernels.alloc(floats);
    this.#optimiser = new Optimiser(kernels, optimiser, { start: 0, end: floats }, 0);
    this.#start(random, parts);
  }

  #start(random: Random, parts: readonly DeltaPart[] | undefined): void {
    const values = this.#view(this.#values);
    for (const factors of this.#factors) {
      const { a, b } = this.#of(factors, values);
      const { name } = factors.parameter;
      const earlier = parts?.find(({ parameter }) => parameter === name);
      if (earlier) {
        a.set(earlier.a!);
        b.set(earlier.b!);
        continue;
      }
      const own = random.derive(name);
      const deviation = 1 / Math.sqrt(factors.shape[2]);
      for (let i = 0; i < b.length; i++) b[i] = deviation * own.normal();
    }
    this.#merge();
  }

  gradientNorm(scale: number): number {
    const values = this.#view(this.#values);
    const gradients = this.#view(this.#gradients);
    const all = this.#network.gradients();
    for (const factors of this.#factors) {
      const { offset, size } = factors.parameter;
      const dw = all.subarray(offset, offset + size);
      factorGradients(
        dw,
        scale,
        this.#of(factors, values),
        this.#of(factors, gradients),
        factors.shape,
        this.#rank,
      );
    }
    let squares = 0;
    for (const value of gradients) squares += value * value;
    return Math.sqrt(squares);
  }

  update(norm: number, lr: number, step: number): void {
    this.#optimiser.update(this.#values, this.#gradients, norm, lr, step);
    this.#merge();
  }

  parts(): DeltaPart[] {
    const values = this.#view(this.#values);
    return this.#factors.map((factors) => {
      const { a, b } = this.#of(factors, values);
      return { parameter: factors.parameter.name, a: a.slice(), b: b.slice() };
    });
  }

  #merge(): void {
    const values = this.#view(this.#values);
    const weights = this.#network.weights();
    for (const factors of this.#factors) {
      const { offset, size } = factors.parameter;
      const out = weights.subarray(offset, offset + size);
      out.set(this.#base.subarray(offset, offset + size));
      const { a, b } = this.#of(factors, values);
      addProduct(out, a, b, factors.shape, this.#rank);
    }
  }

  #of({ a, b, shape: [dirs, rows, columns] }: Factors, vector: Float32Array) {
    return {
      a: vector.subarray(a, a + dirs * rows * this.#rank),
      b: vector.subarray(b, b + dirs * this.#rank * columns),
    };
  }

  #view(pointer: number): Float32Array {
    return this.#kernels.f32(pointer, this.#floats);
  }
}

interface Pair {
  readonly a: Float32Array;
  readonly b: Float32Array;
}

/**
 * The gradients of A and B, times `scale`, from that of the sum.
 * @param dw [dirs, rows, columns]
 */
export function factorGradients(
  dw: Float32Array,
  scale: number,
  { a, b }: Pair,
  gradients: Pair,
  [dirs, rows, columns]: readonly [number, number, number],
  rank: number,
): void {
  const sums = new Float64Array(rank * columns);
  for (let dir = 0; dir < dirs; dir++) {
    sums.fill(0);
    const b0 = dir * rank * columns;
    for (let row = 0; row < rows; row++) {
      const at = (dir * rows + row) * columns;
      for (let k = 0; k < rank; k++) {
        const factor = a[(dir * rows + row) * rank + k]!;
        const from = k * columns;
        let dot = 0;
        for (let column = 0; column < columns; column++) {
          const slope = dw[at + column]!;
          dot += slope * b[b0 + from + column]!;
          sums[from + column]! += slope * factor;
        }
        gradients.a[(dir * rows + row) * rank + k] = scale * dot;
      }
    }
    for (let i = 0; i < sums.length; i++) gradients.b[b0 + i] = scale * sums[i]!;
  }
}
