export * from './inkFeatures.ts';
export * from './inkMeasure.ts';
export * from './inkSlant.ts';
export * from './normalise.ts';
export * from './resample.ts';
export * from './segmentInk.ts';
export * from './stroke.ts';
