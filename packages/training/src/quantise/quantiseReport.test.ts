import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadTrainKernels } from '@rivulet/kernels/train';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { meanRecipe, meanTask } from '../fixtures/recipes.ts';
import { initialise } from '../nn/initialise.ts';
import { planNetwork } from '../nn/networkPlan.ts';
import { evaluateRun } from '../run/evaluateRun.ts';
import { openTask } from '../tasks/openTask.ts';
import { train } from '../trainer.ts';
import { quantiseReport } from './quantiseReport.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rivulet-quantise-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('reports the error of each gate of each matrix, and of each layer', async () => {
  const recipe = meanRecipe();
  const data = await (await openTask(meanTask)).prepare(recipe, folder);
  const plan = planNetwork(recipe.network);
  const weights = new Float32Array(plan.floats);
  initialise(plan, weights, 3);
  // The forget gate's part of one matrix stands exactly on its levels, one of each row the largest.
  const w = plan.parameters.find(({ name }) => name === 'first.W')!;
  const [dirs, rows, columns] = w.shape as [number, number, number];
  for (let dir = 0; dir < dirs; dir++) {
    for (let row = (rows / 4) * 2; row < (rows / 4) * 3; row++) {
      const at = w.offset + (dir * rows + row) * columns;
      weights.set([127 / 128, 64 / 128, -3 / 128], at);
    }
  }
  const report = quantiseReport(await loadTrainKernels(), recipe, data, weights, 10);
  const of = (matrix: string) => report.weights.filter((error) => error.matrix === matrix);
  expect(of('first.W').map(({ gate }) => gate)).toEqual(['i', 'o', 'f', 'c']);
  expect(of('second.R').map(({ gate }) => gate)).toEqual(['z', 'r', 'h']);
  expect(of('y.W').map(({ gate }) => gate)).toEqual([undefined]);
  expect(of('first.W').map(({ relative }) => relative > 1e-4)).toEqual([true, true, false, true]);
  for (const { relative } of report.weights) expect(relative).toBeLessThan(0.02);
  expect(report.samples).toBe(10);
  expect(report.outputs.map(({ layer }) => layer)).toEqual(['first', 'join1', 'dropout2', 'second', 'y']);
  for (const { int8, int8a7, range } of report.outputs) {
    expect(range[0]).toBeLessThan(range[1]);
    expect(int8).toBeGreaterThan(0);
    expect(int8a7).toBeGreaterThan(int8);
    expect(int8a7).toBeLessThan(0.3);
  }
  // What a product reads, rounded with a scale for each step, and with the largest of other samples.
  expect(report.activations.map(({ tensor }) => tensor)).toEqual(['x', 'dropout2', 'second']);
  for (const { byStep, byRange, calibrated, beyond } of report.activations) {
    // A step between two levels is a 63rd; its rounding is evenly spread within it.
    expect(byStep).toBeGreaterThan(1e-3);
    expect(byStep).toBeLessThan(1 / 63);
    expect(byRange).toBeGreaterThan(byStep);
    expect(calibrated).toBeGreaterThan(0);
    expect(beyond).toBeLessThan(0.05);
  }
});

it('a run is evaluated into its folder, as what its recipe trained for', async () => {
  const runFolder = join(folder, 'run');
  const options = { recipe: meanRecipe({ epochs: 2 }), task: meanTask, dataFolder: folder, runFolder };
  const { best } = await train({ ...options, variant: 'plain' });
  const { figures, samples } = await evaluateRun(options);
  expect(samples).toBe(24);
  expect(figures.mse).toBeCloseTo(best!.mse!, 6);
  expect(figures['int8.mse']).not.toBe(figures.mse);
  await expect(evaluateRun({ ...options, split: 'test' })).rejects.toMatchObject({ code: 'DATA_INVALID' });
});
