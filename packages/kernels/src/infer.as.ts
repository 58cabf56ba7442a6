// The inference binary: forward kernels only, batch-major like ONNX. Memory is managed by the caller
// (infer/inferMachine.ts), which starts above `heapBase`.
export const heapBase: usize = __heap_base;
export { packedBytes } from './infer/matrix.as';
export { multiply, scratchBytes } from './infer/multiply.as';
export { packMatrix } from './infer/packMatrix.as';
export { recurrent } from './infer/recurrent.as';
export { apply, combine, softmax } from './infer/pointwise.as';
