export * from './forecastWindow.ts';
export * from './naiveScore.ts';
export * from './planWindows.ts';
export * from './sensorParts.ts';
