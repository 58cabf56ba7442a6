/** The inference kernels: the only entry for whoever runs models. Names only, so that a bundle has what is used. */
export { ACTIVATION_CODES, type CellChanges, packChanges } from './infer/cellChanges.ts';
export { createInferMachine, type InferOptions, warmInferKernels } from './infer/createInferMachine.ts';
export { type InferExports, InferMachine, type Pointer } from './infer/inferMachine.ts';
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
export type { Variant } from './infer/variant.ts';
