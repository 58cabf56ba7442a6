/** The inference kernels: the only entry for whoever runs models. */
import { InferMachine } from './infer/inferMachine.ts';
import { chooseVariant, inferModule } from './infer/inferModule.ts';
import type { Variant } from './infer/inferUrls.ts';
import { int8KindOf } from './infer/int8Kind.ts';

export { ACTIVATION_CODES, type CellChanges } from './infer/cellChanges.ts';
export { type EarlyInferModule, earlyInferModule } from './infer/earlyInferModule.ts';
export { type InferExports, InferMachine, type Pointer } from './infer/inferMachine.ts';
export { expectInferModule } from './infer/inferModule.ts';
export type { Variant } from './infer/inferUrls.ts';
export {
  type ActivationLevels,
  type Matrix,
  type MatrixSource,
  packMatrix,
  scratchBytes,
} from './infer/packMatrix.ts';
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
  /** Activations that meet int8 weights have 7 bits, as the model was trained for. Default false. */
  readonly sevenBit?: boolean | undefined;
}

/** A fresh machine: one for each model, so that disposing the model frees its memory. */
export async function createInferMachine(options: InferOptions = {}): Promise<InferMachine> {
  const { variant: wanted = 'auto', sevenBit = false } = options;
  const variant = chooseVariant(wanted);
  return new InferMachine(await inferModule(variant), int8KindOf(wanted, variant, sevenBit));
}

/** Reads and compiles the kernels ahead of the first machine, which tries again and reports should this fail. */
export function warmInferKernels({ variant = 'auto' }: Pick<InferOptions, 'variant'> = {}): void {
  inferModule(chooseVariant(variant)).catch(() => {});
}
