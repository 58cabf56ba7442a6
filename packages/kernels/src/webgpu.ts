/** The kernels for WebGPU: what a page fetches when a model is to run there. */
export type { GpuCall } from './webgpu/gpuCall.ts';
export { type GpuAdapterInfo, type GpuLimits, gpuAdapterInfo } from './webgpu/gpuDevice.ts';
export { type GpuMachine, openGpuMachine } from './webgpu/gpuMachine.ts';
export { GpuProgram } from './webgpu/gpuProgram.ts';
export { type GpuFactor, productCall } from './webgpu/productGpu.ts';
export { type GpuRecurrentLayer, packGpuRecurrent, recurrentCalls } from './webgpu/recurrentGpu.ts';
export {
  FAULT_WORDS,
  gatherCall,
  MOST_REDUCED,
  normaliseCall,
  placeCall,
  REDUCTIONS,
  reduceCall,
  softmaxCall,
  withinCall,
} from './webgpu/rowsGpu.ts';
export {
  copyCall,
  type ElementOperator,
  elementCall,
  FLOAT_OPERATORS,
  fillCall,
  WORD_OPERATORS,
} from './webgpu/walkGpu.ts';
