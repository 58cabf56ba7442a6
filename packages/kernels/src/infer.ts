/** The inference kernels: the only entry for whoever runs models. */
import { InferMachine } from './infer/inferMachine.ts';
import { chooseVariant, inferModule, type Variant } from './infer/inferModule.ts';

export { ACTIVATION_CODES, type CellChanges } from './infer/cellChanges.ts';
export { type InferExports, InferMachine, type Pointer } from './infer/inferMachine.ts';
export type { Variant } from './infer/inferModule.ts';
export { type Matrix, type MatrixSource, packMatrix, scratchBytes } from './infer/packMatrix.ts';
export {
  bindRecurrent,
  packRecurrent,
  type RecurrentBinding,
  type RecurrentLayer,
  type RecurrentSource,
  type Weights,
} from './infer/recurrentLayer.ts';
export { repackedLayer } from './infer/repackedLayer.ts';

export interface InferOptions {
  /** Default `auto`, see chooseVariant. */
  readonly variant?: Variant | 'auto' | undefined;
  /** Most of the weights are int8. */
  readonly int8?: boolean | undefined;
}

/** A fresh machine: one for each model, so that disposing the model frees its memory. */
export async function createInferMachine(options: InferOptions = {}): Promise<InferMachine> {
  const variant = chooseVariant(options.variant ?? 'auto', options.int8 ?? false);
  return new InferMachine(variant, await inferModule(variant));
}

/** Fetches and compiles the kernels ahead of the first machine, which tries again and reports should this fail. */
export function warmInferKernels({ variant = 'auto', int8 = false }: InferOptions = {}): void {
  inferModule(chooseVariant(variant, int8)).catch(() => {});
}
