/** What others use of training: its data and its figures, and a run from the recipe to the exported model. */
export type { LabelledInk } from './data/inkSet.ts';
export { readPenDigits } from './data/penDigits.ts';
export { chronologicalSplit, type SensorSeries } from './data/series/sensorSeries.ts';
export { loadSensors } from './data/series/sensorSets.ts';
export { unipenSamples } from './data/unipenSamples.ts';
export { type ExportOptions, exportModel } from './export/exportModel.ts';
export { pinball } from './losses/pinball.ts';
export { Random } from './random.ts';
export { parseRecipe, type Recipe, type RecipeInput } from './recipe.ts';
export { type Evaluation, evaluateRun } from './run/evaluateRun.ts';
export { type RecordedRun, readRun } from './run/readRun.ts';
export type { Task, TaskData } from './task.ts';
export { editDistance } from './tasks/editDistance.ts';
export type { TrainEvent, TrainResult } from './trainEvent.ts';
export { type TrainOptions, train } from './trainer.ts';
export { naiveReadings, naiveScore } from './windows/naiveScore.ts';
