import type { loadForecaster, loadModel } from '@rivulet/inference';

export function results(
  forecaster: typeof loadForecaster,
  model: typeof loadModel,
  models: string,
): Promise<{
  readonly engine: string;
  readonly median: readonly number[];
  readonly shape: readonly number[];
  readonly logits: readonly number[];
}>;
