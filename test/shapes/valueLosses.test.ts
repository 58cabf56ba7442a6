/**
 * What the numbers of a sequence may be: values, quantiles, or the distribution of each, by the loss that the recipe
 * names. The data is a wave with noise of a size that is known, so that what a network can say of it is known too.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeSequence } from '@rivulet/inference/node';
import type { Recipe } from '@rivulet/training';
import { expect, it } from 'vitest';
import { gustNoise } from '../../packages/training/recipes/makeData.ts';
import { RECIPES, type TrainedRecipe, trainRecipe } from './trainRecipe.ts';

const TIMEOUT = 240_000;
const STEPS = 12;
const HEIGHTS = [0.35, 0.95];
const SPEED = 0.5;

const samples: { vector: [number, number]; y: number[] }[] = readFileSync(
  join(RECIPES, 'data/gusts.val.jsonl'),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
/** Mean over all validation values of what a function says of the noise of each. */
function meanOf(of: (noise: number) => number): number {
  const all = samples.flatMap(({ vector: [, height], y }) => y.map(() => of(gustNoise(height))));
  return all.reduce((a, b) => a + b) / all.length;
}

/** The recipe `gusts` with another loss, and the layer `head` that it reads. */
const judgedBy = (loss: unknown, units: number, head: object | undefined) => (recipe: Recipe) => {
  const [thought, reminded, read, decoder] = recipe.network.layers;
  const last = head
    ? [
        { op: 'dense', units },
        { op: 'head', name: 'y', ...head },
      ]
    : [{ op: 'dense', name: 'y', units }];
  const layers = [thought, reminded, read, decoder, ...last] as typeof recipe.network.layers;
  return { ...recipe, data: { ...recipe.data, loss }, network: { ...recipe.network, layers } };
};

/** Calls with the numbers of each step, and what is true of it. */
async function eachStep(
  { model, manifest }: TrainedRecipe,
  look: (row: readonly number[], mean: number, noise: number) => void,
): Promise<void> {
  for (const height of HEIGHTS) {
    const made = await makeSequence(model, manifest, [SPEED, height], { steps: STEPS });
    made.forEach((row, t) => {
      look(row, height * Math.sin(SPEED * t), gustNoise(height));
    });
  }
}

it.each(['squared', 'absolute'])('learns the middle by the %s error', { timeout: TIMEOUT }, async (loss) => {
  await using trained = await trainRecipe('gusts', judgedBy(loss, 1, undefined));
  const least =
    loss === 'squared' ? meanOf((noise) => noise ** 2) : meanOf((n) => n * Math.sqrt(2 / Math.PI));
  const figure = trained.figures[loss === 'squared' ? 'mse' : 'mae']!;
  expect(figure / least).toBeGreaterThan(0.9);
  expect(figure / least).toBeLessThan(1.15);
  await eachStep(trained, ([value], mean) => expect(Math.abs(value! - mean)).toBeLessThan(0.15));
  await trained.expectSameEverywhere();
});

it.each([
  ['gaussian', 2],
  ['student', 3],
] as const)(
  'learns how rough each wave is by the likelihood %s',
  { timeout: TIMEOUT },
  async (kind, units) => {
    await using trained = await trainRecipe('gusts', judgedBy(kind, units, { kind }));
    const least = meanOf((noise) => 0.5 + 0.5 * Math.log(2 * Math.PI * noise ** 2));
    expect(trained.figures.nll).toBeGreaterThan(least - 0.05);
    expect(trained.figures.nll).toBeLessThan(least + 0.1);
    expect(trained.figures['int8.nll']).toBeLessThan(least + 0.1);
    await eachStep(trained, ([middle, scale, freedom = 3], mean, noise) => {
      expect(Math.abs(middle! - mean)).toBeLessThan(0.15);
      expect(scale! / noise).toBeGreaterThan(0.6);
      expect(scale! / noise).toBeLessThan(1.6);
      expect(freedom).toBeGreaterThan(2);
    });
    await trained.expectSameEverywhere();
  },
);

it('learns quantiles in order, between which as many lie as they say', { timeout: TIMEOUT }, async () => {
  const quantiles = [0.1, 0.5, 0.9];
  const head = { kind: 'quantiles', levels: 3 };
  await using trained = await trainRecipe('gusts', judgedBy({ quantiles }, 3, head));
  expect(trained.figures.within).toBeGreaterThan(0.72);
  expect(trained.figures.within).toBeLessThan(0.88);
  await eachStep(trained, ([low, middle, high], mean, noise) => {
    expect(low).toBeLessThan(middle!);
    expect(middle).toBeLessThan(high!);
    expect(Math.abs(middle! - mean)).toBeLessThan(0.15);
    // Of a normal distribution 80 % lie within 1.28 deviations.
    expect((high! - low!) / (2 * 1.28 * noise)).toBeGreaterThan(0.6);
    expect((high! - low!) / (2 * 1.28 * noise)).toBeLessThan(2);
  });
  expect(trained.manifest.features.loss).toEqual({ quantiles });
  await trained.expectSameEverywhere();
});

it('refuses a network that does not end in the head that its loss reads', async () => {
  for (const [loss, units, head, key] of [
    ['gaussian', 2, undefined, 'network.layers.4'],
    ['student', 4, { kind: 'gaussian' }, 'network.layers.5'],
    [{ quantiles: [0.1, 0.9] }, 3, { kind: 'quantiles', levels: 3 }, 'network.layers.5'],
    [{ quantiles: [0.9, 0.1] }, 2, { kind: 'quantiles', levels: 2 }, 'data.loss'],
    ['huber', 1, undefined, 'data.loss'],
  ] as const) {
    await expect(trainRecipe('gusts', judgedBy(loss, units, head))).rejects.toMatchObject({
      code: 'RECIPE_INVALID',
      details: { key },
    });
  }
});
