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
import { RANGE_METHODS } from './chooseRange.ts';
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
  const kernels = await loadTrainKernels();
  const report = quantiseReport(kernels, recipe, data, weights, 10);
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
  // What a product reads, with a scale for each step, and in the ranges of training samples: for each width of bits.
  const names = report.activations.map(({ tensor, bits }) => `${tensor} ${bits}`);
  expect(names).toEqual(['x', 'dropout2', 'second'].flatMap((name) => [7, 8, 16].map((n) => `${name} ${n}`)));
  for (const { bits, byStep, ranges } of report.activations) {
    // A level of a step's own scale; its rounding is evenly spread within it.
    const level = 2 / (2 ** bits - 2);
    expect(byStep).toBeGreaterThan(level / 20);
    expect(byStep).toBeLessThan(level);
    const { minmax, percentile, mse, kl } = ranges;
    expect(minmax.error).toBeGreaterThan(byStep);
    for (const { low, high, beyond } of [percentile, mse, kl]) {
      expect(low).toBeGreaterThanOrEqual(minmax.low * 1.01);
      expect(high).toBeLessThanOrEqual(minmax.high * 1.01);
      expect(high).toBeGreaterThan(0);
      expect(beyond).toBeLessThan(0.05);
    }
    expect(minmax.beyond).toBeLessThanOrEqual(percentile.beyond);
  }
  // Eight bits in ranges cost something, sixteen next to nothing, beside what int8 weights cost.
  const sixteen = quantiseReport(kernels, recipe, data, weights, 10, 16);
  expect([report.bits, sixteen.bits]).toEqual([8, 16]);
  const [y, y16] = [report.outputs.at(-1)!, sixteen.outputs.at(-1)!];
  for (const method of RANGE_METHODS) {
    expect(y.ranges[method]).toBeGreaterThan(y.int8);
    expect(y.ranges[method]).toBeLessThan(0.05);
    expect(Math.abs(y16.ranges[method] / y.int8 - 1)).toBeLessThan(0.02);
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
