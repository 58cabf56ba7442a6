export * from './activation.ts';
export { ACTIVATIONS, type Cell, type CellOptions, type CellWeights, GATES } from './cellWeights.ts';
export * from './gruStep.ts';
export * from './lstmStep.ts';
export * from './rnnStep.ts';
export * from './runSequence.ts';
