export { type Cell, type CellWeights, GATES } from './cellWeights.ts';
export * from './gruStep.ts';
export * from './lstmStep.ts';
export * from './rnnStep.ts';
export * from './runSequence.ts';
