// The training binary: every kernel that reads or makes gradients. Memory is the caller's (machine.ts), from
// `heapBase` up; nothing in here allocates.
export const heapBase: usize = __heap_base;
export { adamStep } from './adam/adam.as';
export { laneMix, laneScores, laneSoftmax, laneSoftmaxBackward } from './attention/attention.as';
export { dropout } from './dropout/dropout.as';
export { embeddingBackward, embeddingForward } from './embedding/embedding.as';
export { affine, gemm, gemm as gemmWeights } from './gemm/gemm.as';
export { packAffine, packColumns } from './gemm/pack.as';
export { addColumns, packLanes } from './gemm/packLanes.as';
export { rowSums } from './gemm/rowSums.as';
export { gruStepBackward } from './gru/gruBackward.as';
export { gruGates } from './gru/gruGates.as';
export { gruPackInputGrad } from './gru/gruPack.as';
export { layerNormBackward, layerNormForward } from './layerNorm/layerNorm.as';
export { lstmStepBackward } from './lstm/lstmBackward.as';
export { lstmGates } from './lstm/lstmGates.as';
export { clearBeyond } from './mask/clearBeyond.as';
export { activate, activateBackward } from './pointwise/pointwise.as';
export { maxBackward, maxForward, meanBackward, meanForward } from './pool/pool.as';
export { roundRows } from './round/roundRows.as';
export { rnnStepBackward, rnnStepForward } from './rnn/rnn.as';
export { sgdStep } from './sgd/sgd.as';
export { addScaled, clampAll } from './vector/gradient.as';
export { add, scale, scaleSquares } from './vector/vector.as';
