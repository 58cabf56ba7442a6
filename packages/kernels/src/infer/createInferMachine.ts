/** A machine of the kernels that suit where it runs. */
import { InferMachine } from './inferMachine.ts';
import { chooseVariant, inferModule } from './inferModule.ts';
import { int8KindOf } from './int8Kind.ts';
import type { Variant } from './variant.ts';

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
