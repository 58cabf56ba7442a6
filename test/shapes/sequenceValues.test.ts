/**
 * Numbers for a sequence: how high a river is after hours of rain. The noise of a reading is known, so that what a
 * network can say of it is known too.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { estimateSequence } from '@rivulet/inference/node';
import type { Recipe } from '@rivulet/training';
import { expect, it } from 'vitest';
import { levelAfter, readingNoise } from '../../packages/training/recipes/makeData.ts';
import { RECIPES, trainRecipe } from './trainRecipe.ts';

const TIMEOUT = 240_000;

interface Flood {
  readonly x: number[];
  readonly y: number;
}
const floods = (split: string): Flood[] =>
  readFileSync(join(RECIPES, `data/floods.${split}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const val = floods('val');
const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length;

it('are learned as a distribution of one answer', { timeout: TIMEOUT }, async () => {
  await using trained = await trainRecipe('floods');
  const { model, manifest, figures } = trained;
  const noise = val.map(({ x }) => readingNoise(levelAfter(x)));
  const least = meanOf(noise.map((deviation) => 0.5 + 0.5 * Math.log(2 * Math.PI * deviation ** 2)));
  expect(figures.nll).toBeGreaterThan(least - 0.1);
  expect(figures.nll).toBeLessThan(least + 0.15);
  expect(figures['int8.nll']).toBeLessThan(least + 0.15);
  // Of the absolute value of a normal number the mean is sqrt(2 / pi) deviations.
  expect(figures.mae! / meanOf(noise.map((deviation) => deviation * Math.sqrt(2 / Math.PI)))).toBeLessThan(
    1.2,
  );
  expect(figures.within).toBeGreaterThan(0.72);
  expect(figures.within).toBeLessThan(0.88);
  for (const { x } of val.slice(0, 30)) {
    const [[level, deviation], ...others] = (await estimateSequence(model, manifest, x)) as [
      [number, number],
    ];
    expect(others).toHaveLength(0);
    expect(Math.abs(level - levelAfter(x))).toBeLessThan(0.1);
    expect(deviation / readingNoise(levelAfter(x))).toBeGreaterThan(0.6);
    expect(deviation / readingNoise(levelAfter(x))).toBeLessThan(1.6);
  }
  expect(manifest).toMatchObject({ features: { loss: 'gaussian' }, outputs: [{ shape: [1, 'B', 2] }] });
  await trained.expectSameEverywhere();
  await expect(estimateSequence(model, { ...manifest, task: 'sequence-tags' }, [1])).rejects.toMatchObject({
    code: 'ARGUMENT',
    details: { expected: 'sequence-values', got: 'sequence-tags' },
  });
});

it('are learned as quantiles at each step, in order', { timeout: TIMEOUT }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rivulet-levels-'));
  try {
    for (const split of ['train', 'val']) {
      // The last reading is the one that is in the data; what came before it is known without noise.
      const lines = floods(split).map(({ x, y }) => {
        const levels = x.map((_, t) => levelAfter(x.slice(0, t + 1)));
        return `${JSON.stringify({ x, y: [...levels.slice(0, -1), y] })}\n`;
      });
      writeFileSync(join(folder, split), lines.join(''));
    }
    const inStep = (recipe: Recipe): Recipe => {
      const data = { ...recipe.data, train: join(folder, 'train'), val: join(folder, 'val') };
      const layers = [
        { op: 'gru', hidden: 16 },
        { op: 'dense', units: 3 },
        { op: 'head', name: 'level', kind: 'quantiles', levels: 3 },
      ] as typeof recipe.network.layers;
      const loss = { quantiles: [0.1, 0.5, 0.9] };
      return { ...recipe, data: { ...data, loss }, network: { ...recipe.network, layers }, epochs: 30 };
    };
    await using trained = await trainRecipe('floods', inStep);
    const { model, manifest, figures } = trained;
    expect(figures.mae).toBeLessThan(0.05);
    expect(figures['int8.mae']).toBeLessThan(0.05);
    for (const { x } of val.slice(0, 10)) {
      const rows = await estimateSequence(model, manifest, x);
      expect(rows).toHaveLength(x.length);
      rows.forEach(([low, middle, high], t) => {
        expect(low).toBeLessThan(middle!);
        expect(middle).toBeLessThan(high!);
        expect(Math.abs(middle! - levelAfter(x.slice(0, t + 1)))).toBeLessThan(0.2);
      });
    }
    expect(manifest).toMatchObject({ outputs: [{ shape: ['S', 'B', 3] }] });
    await trained.expectSameEverywhere();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
