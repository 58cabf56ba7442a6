/**
 * The shapes that recurrent networks come in: each is a small recipe of `packages/training/recipes`, trained as anybody
 * would, that must learn what can be learned of its data, give the same numbers in onnxruntime-web and in our engine,
 * and be of use by the library.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  classifySequence,
  generateText,
  makeSequence,
  tagSequence,
  translateSequence,
} from '@rivulet/inference/node';
import { Random, type Recipe } from '@rivulet/training';
import { describe, expect, it } from 'vitest';
import { BITS_OF_A_LINE, recipeData } from '../../packages/training/recipes/makeData.ts';
import { RECIPES, trainRecipe } from './trainRecipe.ts';

/** A lone training takes seconds, and many times that on a machine with other work. */
const TIMEOUT = 240_000;

interface Line {
  readonly x: string | number[];
  readonly y: string;
  readonly label: string;
  readonly vector: number[];
}
const lines = (file: string): Line[] =>
  readFileSync(join(RECIPES, 'data', file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/** Share of the validation samples, at most `most` of them, of which the answer is right. */
async function rightOf<T>(
  samples: readonly T[],
  most: number,
  right: (sample: T) => Promise<boolean>,
): Promise<number> {
  const some = samples.slice(0, most);
  const found = await Promise.all(some.map(right));
  return found.filter(Boolean).length / some.length;
}

function withLayer(recipe: Recipe, at: number, change: object): Recipe {
  const layers = recipe.network.layers.map((layer, i) => (i === at ? { ...layer, ...change } : layer));
  return { ...recipe, network: { ...recipe.network, layers: layers as typeof recipe.network.layers } };
}

it('learns from data that is what its generator draws', () => {
  for (const [name, content] of Object.entries(recipeData())) {
    expect(readFileSync(join(RECIPES, 'data', name), 'utf8') === content, name).toBe(true);
  }
});

describe('many to one', () => {
  it.each([
    ['the last state of both directions', { op: 'state' }],
    ['the mean of all steps', { op: 'pool', kind: 'mean' }],
  ])('classifies a sequence by %s', { timeout: TIMEOUT }, async (_, whole) => {
    await using trained = await trainRecipe('tides', (recipe) => withLayer(recipe, 1, whole));
    const { model, manifest, figures } = trained;
    expect(figures.error).toBeLessThan(0.05);
    expect(figures['int8.error']).toBeLessThan(0.05);
    const right = await rightOf(lines('tides.val.jsonl'), 30, async ({ x, label }) => {
      const found = await classifySequence(model, manifest, x);
      expect(found.probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
      return found.label === label;
    });
    expect(right).toBeGreaterThan(0.9);
    await trained.expectSameEverywhere();
  });
});

describe('one to many', () => {
  it('makes a sequence from a vector', { timeout: TIMEOUT }, async () => {
    await using trained = await trainRecipe('waves');
    const { model, manifest, figures } = trained;
    expect(figures.relativeError).toBeLessThan(0.08);
    expect(figures['int8.relativeError']).toBeLessThan(0.08);
    const [speed, height] = [0.5, 0.8];
    const made = await makeSequence(model, manifest, [speed, height], { steps: 14 });
    expect(made).toHaveLength(14);
    made.forEach(([value], t) => {
      expect(Math.abs(value! - height * Math.sin(speed * t))).toBeLessThan(0.12);
    });
    expect(await makeSequence(model, manifest, [speed, height])).toHaveLength(16);
    await trained.expectSameEverywhere();
  });
});

describe('many to many, in step', () => {
  it('tags each step by what stands before and behind it', { timeout: TIMEOUT }, async () => {
    await using trained = await trainRecipe('tags');
    const { model, manifest, figures } = trained;
    expect(figures.error).toBeLessThan(0.02);
    expect(figures['int8.error']).toBeLessThan(0.02);
    const right = await rightOf(lines('tags.val.jsonl'), 30, async ({ x, y }) => {
      return (await tagSequence(model, manifest, x)).join(' ') === y;
    });
    expect(right).toBeGreaterThan(0.95);
    await trained.expectSameEverywhere();
    // The rule needs the word behind: whoever reads forward alone must guess.
    await using forward = await trainRecipe('tags', (recipe) =>
      withLayer(recipe, 1, { bidirectional: false }),
    );
    expect(forward.figures.error).toBeGreaterThan(0.1);
  });

  it('writes text letter by letter, the surer the colder', { timeout: TIMEOUT }, async () => {
    await using trained = await trainRecipe('rivers');
    const { model, manifest, figures } = trained;
    const text = readFileSync(join(RECIPES, 'data/rivers.val.txt'), 'utf8');
    const least = (BITS_OF_A_LINE * text.trim().split('\n').length) / text.length;
    // No model can be below what the source draws; chance makes a few hundred lines differ by a little.
    expect(figures.bitsPerCharacter).toBeGreaterThan(0.97 * least);
    expect(figures.bitsPerCharacter).toBeLessThan(1.15 * least);
    expect(figures.perplexity).toBeCloseTo(2 ** figures.bitsPerCharacter!, 9);

    const known =
      /^(the|two|a)( old| wide| slow| quiet)? (river|spring|brook|ford|delta|mill)(s (run|flow|turn|wind)| (run|flow|turn|wind)s) (to|past|under|through) the (river|spring|brook|ford|delta|mill)s?$/;
    const write = async (temperature: number, seed: number): Promise<string> => {
      const random = Random.fromSeed(seed);
      return generateText(model, manifest, { length: 400, temperature, random: () => random.next() });
    };
    const sense = (written: string): number => {
      const whole = written.split('\n').slice(0, -1);
      return whole.filter((line) => known.test(line)).length / (whole.length || 1);
    };
    const cold = await write(0.4, 1);
    expect(sense(cold)).toBe(1);
    expect(sense(await write(4, 1))).toBeLessThan(0.5);
    // The same draws, the same text; others, another; and at 0 nothing is drawn.
    expect(await write(0.4, 1)).toBe(cold);
    expect(await write(0.4, 2)).not.toBe(cold);
    expect(await write(0, 1)).toBe(await write(0, 2));
    expect(
      await generateText(model, manifest, { prompt: 'the old mill', temperature: 0, stop: '\n' }),
    ).toMatch(/^s? /);
    await trained.expectSameEverywhere();
  });
});

describe('many to many, encoder and decoder', () => {
  it.each([
    ['without attention', 'numbers'],
    ['with attention', 'numbers-attention'],
  ])('says in digits what is said in words, %s', { timeout: TIMEOUT }, async (_, name) => {
    await using trained = await trainRecipe(name);
    const { model, manifest, figures } = trained;
    expect(figures.sequenceError).toBeLessThan(0.1);
    expect(figures['int8.sequenceError']).toBeLessThan(0.1);
    // Greedy decoding by the library, of numbers that training never met: as often right as the figure says.
    const val = lines('numbers.val.jsonl');
    const right = await rightOf(
      val,
      val.length,
      async ({ x, y }) => (await translateSequence(model, manifest, x)) === y,
    );
    expect(1 - right).toBeCloseTo(figures['int8.sequenceError']!, 2);
    expect(await translateSequence(model, manifest, 'nine hundred and nine', { longest: 2 })).toHaveLength(2);
    await trained.expectSameEverywhere();
  });
});

describe('the functions of the library', () => {
  it('say which model, token or option is wrong', { timeout: TIMEOUT }, async () => {
    const short = (recipe: Recipe): Recipe => ({ ...recipe, epochs: 1 });
    await using text = await trainRecipe('rivers', short);
    await using waves = await trainRecipe('waves', short);
    const { model, manifest } = text;
    const cases: [Promise<unknown>, object][] = [
      [tagSequence(model, manifest, 'x'), { expected: 'sequence-tags', got: 'text-model' }],
      [generateText(model, manifest, { prompt: 'the River' }), { token: 'R', place: 4 }],
      [generateText(model, manifest, { prompt: '' }), { prompt: '' }],
      [generateText(model, manifest, { length: -1 }), { length: -1 }],
      [generateText(model, manifest, { temperature: -1 }), { temperature: -1 }],
      [makeSequence(waves.model, waves.manifest, [1]), { expected: 2, got: 1 }],
      [makeSequence(waves.model, waves.manifest, [1, 1], { steps: 0 }), { steps: 0 }],
    ];
    for (const [failing, details] of cases) {
      await expect(failing).rejects.toMatchObject({ code: 'ARGUMENT', details });
    }
    const later = { ...manifest, featureVersion: 'sequence-9' };
    await expect(generateText(model, later)).rejects.toMatchObject({ code: 'FEATURE_VERSION' });
  });
});
