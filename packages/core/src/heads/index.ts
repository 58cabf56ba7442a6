export * from './ctcAlign.ts';
export * from './ctcGreedy.ts';
export * from './ctcPrefixBeam.ts';
export * from './interpolateQuantiles.ts';
export * from './logSoftmax.ts';
export * from './monotoneQuantiles.ts';
export * from './sampleClass.ts';
