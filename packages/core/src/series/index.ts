export * from './detectSeason.ts';
export * from './forecastQuantiles.ts';
export * from './impute.ts';
export * from './normalQuantile.ts';
export * from './scale.ts';
export * from './seasonalNaive.ts';
export * from './seriesFeatures.ts';
export * from './window.ts';
