export * from './forecastBand.ts';
export * from './seriesForecaster.ts';
