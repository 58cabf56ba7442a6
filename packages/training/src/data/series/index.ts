export * from './ontoGrid.ts';
export * from './readCsv.ts';
export * from './sensorSeries.ts';
export * from './sensorSets.ts';
