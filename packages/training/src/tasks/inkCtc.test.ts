import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { INK_FEATURES, inkFeatures } from '@rivulet/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type InkSample, writeInkFolder } from '../fixtures/inkFolder.ts';
import {
  ALPHABET,
  AUGMENT,
  CHARS,
  labelsOf,
  OPTIONS,
  recipeOf,
  TRAIN,
  VAL,
  word,
} from '../fixtures/inkWords.ts';
import { Random } from '../random.ts';
import type { Recipe, RecipeInput } from '../recipe.ts';
import type { Batch } from '../task.ts';
import type { TrainEvent } from '../trainEvent.ts';
import { train } from '../trainer.ts';
import { inkCtc } from './inkCtc.ts';
import type { InkCtcData } from './inkCtcData.ts';

let folder: string;
let data: InkCtcData;
let augmented: InkCtcData;
const prepare = async (recipe: Recipe) => (await inkCtc.prepare(recipe, folder)) as InkCtcData;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rivulet-ink-'));
  writeInkFolder(folder, { 'words.train': TRAIN, 'words.val': VAL, 'chars.train': CHARS });
  data = await prepare(recipeOf(OPTIONS));
  augmented = await prepare(recipeOf({ ...OPTIONS, augment: AUGMENT }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const key = (step: number) => Random.fromSeed(3).derive('step', step);
const spelled = (batch: Batch) => labelsOf(batch).map((label) => label.map((c) => ALPHABET[c]).join(''));
/** Row-major [steps, F] of one lane. */
function laneOf({ inputs, lengths }: Batch, lane: number): number[] {
  const { data: x, F, lanes } = inputs.x!;
  return Array.from({ length: lengths![lane]! * F }, (_, i) => x[i * lanes + lane]!);
}
const featuresOf = ({ strokes }: InkSample) =>
  inkFeatures(
    strokes.map((points) => ({ x: points.map(([x]) => x), y: points.map(([, y]) => y) })),
    { step: 0.2 },
  );

describe('what is trained and validated on', () => {
  it('is what the recipe leaves in: contributors, steps', () => {
    // lo, vol, b, oo and three characters an epoch
    expect(data.trainCount).toBe(4 + 3);
    expect(spelled(data.batch('train', [0, 1, 2, 3], key(0)))).toEqual(['lo', 'vol', 'b', 'oo']);
    expect(data.valCount).toBe(4);
    expect(data.notes).toMatchObject({
      words: 4,
      'isolated characters': 3,
      'validation words': 4,
      classes: 6,
    });
  });

  it('is named where the recipe leaves nothing of it', async () => {
    const own = mkdtempSync(join(folder, 'nothing-'));
    writeInkFolder(own, { 'words.train': [word('lo'), word('vol', 'odd')], 'words.val': [word('o')] });
    for (const [options, counts] of [
      [{ exclude: ['odd', 'aaa'] }, 'data.exclude left out 2, data.maxSteps 0'],
      [{ exclude: ['odd'], maxSteps: 1 }, 'data.exclude left out 1, data.maxSteps 1'],
    ] as const) {
      await expect(inkCtc.prepare(recipeOf(options), own)).rejects.toMatchObject({
        code: 'DATA_INVALID',
        message: expect.stringContaining(`There is no word to train on in ${own}: ${counts}`),
      });
    }
  });

  it('has the blank and every character left in as its classes, in order', () => {
    expect(data.alphabet).toEqual(ALPHABET);
  });

  it('has as many classes as the words alone have, when no characters are asked for', async () => {
    const { alphabet, trainCount } = await prepare(recipeOf({ ...OPTIONS, chars: 0 }, {}, 5));
    expect(alphabet).toEqual(['', 'b', 'l', 'o', 'v']);
    expect(trainCount).toBe(4);
  });

  it('has a step for each letter, and a blank between twins, after steps are joined', async () => {
    const [letters, logits] = recipeOf({}).network.layers;
    const layers = [letters!, { op: 'join', factor: 16 } as const, { ...logits!, units: 5 }];
    const network = { ...recipeOf({}).network, layers } as RecipeInput['network'];
    const joined = await prepare(recipeOf({ ...OPTIONS, chars: 0 }, { network }));
    // Of the 30 steps of oo two are left, and it needs three, for a blank.
    const words = Array.from({ length: joined.trainCount }, (_, i) => i);
    const batch = joined.batch('train', words, key(0));
    const left = labelsOf(batch).map((label) => label.map((c) => joined.alphabet[c]).join(''));
    expect(left).toEqual(['lo', 'vol', 'b']);
  });

  it('lists what it leaves out, and refuses it by name where the recipe does not say so', async () => {
    expect(data.notes).toMatchObject({
      'left out, too short for their labels': '1: "lll" by aaa aaa-1 (1 of 5 steps)',
      'scored without a loss, too short for their labels': '1: "lll" by aaa aaa-1 (1 of 5 steps)',
      'scored without a loss, of characters that training lacks': 1,
    });
    await expect(prepare(recipeOf(OPTIONS, { tooShort: undefined }))).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringMatching(/^The sample "lll" by aaa aaa-1 has 1 of the 5 steps/),
      details: { label: 'lll', expected: 5, got: 1 },
    });
  });

  it('refuses a label outside of the alphabet that the recipe gives, naming sample and letter', async () => {
    const given = (alphabet: string) => prepare(recipeOf({ ...OPTIONS, alphabet }, {}, alphabet.length + 1));
    await expect(given('lovbA')).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: 'The sample "oz" by aaa aaa-1 has "z", which the recipe\'s data.alphabet lacks',
    });
    expect((await given('zAlovb')).alphabet).toEqual(['', 'z', 'A', 'l', 'o', 'v', 'b']);
  });

  it('does not augment a word that would become too short for its label', async () => {
    const layers = [
      { op: 'lstm', name: 'letters', hidden: 4 },
      { op: 'join', factor: 6 },
      { op: 'dense', name: 'logits', units: 3 },
    ] as const;
    const inputs = { x: INK_FEATURES };
    const network: RecipeInput['network'] = { inputs, layers: [...layers], outputs: ['logits'] };
    const own = join(folder, 'short');
    writeInkFolder(own, { 'words.train': [word('ll'), word('o')], 'words.val': [word('o')] });
    const made = (await inkCtc.prepare(recipeOf({ augment: { step: 1 } }, { network }), own)) as InkCtcData;
    // ll needs three joined steps, more than 12; o needs one, and is seen with steps of any size.
    const steps = Array.from({ length: 40 }, (_, step) => made.batch('train', [0, 1], key(step)).lengths!);
    expect(Math.min(...steps.map(([twins]) => twins!))).toBe(made.trainLength(0));
    expect(Math.min(...steps.map(([, lone]) => lone!))).toBeLessThan(made.trainLength(1));
  });

  it('knows the steps of each sample before it is drawn', () => {
    const val = data.batch('val', [0, 1, 2, 3], key(0));
    expect([0, 1, 2, 3].map((i) => data.valLength(i))).toEqual([...val.lengths!.subarray(0, 4)]);
    const words = data.batch('train', [0, 1, 2, 3], key(0));
    expect([0, 1, 2, 3].map((i) => data.trainLength(i))).toEqual([...words.lengths!.subarray(0, 4)]);
    expect(data.trainLength(4)).toBe(data.trainLength(6));
    expect(data.trainLength(4)).toBeGreaterThan(0);
  });
});

describe('a batch', () => {
  it('holds samples side by side, their lengths, and zeros beyond', () => {
    const batch = data.batch('val', [0, 1, 2], key(0));
    const { data: x, T, F, lanes } = batch.inputs.x!;
    expect({ size: batch.size, lanes: batch.lanes, F }).toEqual({ size: 3, lanes: 8, F: INK_FEATURES });
    expect([lanes, x.length]).toEqual([8, T * F * 8]);
    expect([...batch.lengths!.subarray(3)]).toEqual([0, 0, 0, 0, 0]);
    expect(T).toBe(Math.max(...batch.lengths!));
    x.forEach((value, i) => {
      const [t, lane] = [Math.floor(i / (F * lanes)), i % lanes];
      if (t >= batch.lengths![lane]! && value !== 0) throw new Error(`step ${t} of lane ${lane} is ${value}`);
    });
    expect(data.batch('val', [0, 1, 2, 3, 0, 1, 2, 3, 0], key(0)).lanes).toBe(16);
  });

  it('shows what the recogniser will see of the ink', () => {
    const batch = data.batch('val', [0, 1, 2], key(0));
    VAL.slice(0, 3).forEach((sample, lane) => {
      const { data: wanted, steps } = featuresOf(sample);
      expect(batch.lengths![lane]).toBe(steps);
      const apart = laneOf(batch, lane).map((value, i) => Math.abs(value - wanted[i]!));
      expect(Math.max(...apart)).toBeLessThan(1e-4);
    });
  });

  it('is the same for the same key, and other ink of the same words for another', () => {
    const draw = (step: number) => augmented.batch('train', [0, 1, 3], key(step));
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1).inputs.x!.data).not.toEqual(draw(2).inputs.x!.data);
    expect(spelled(draw(2))).toEqual(['lo', 'vol', 'oo']);
  });

  it('draws a sample the same whatever stands beside it, so that threads do not matter', () => {
    const whole = augmented.batch('train', [0, 1, 3, 5], key(7));
    for (const [lane, i] of [
      [1, 1],
      [3, 5],
    ] as const) {
      const alone = augmented.batch('train', [i], key(7));
      expect(laneOf(alone, 0)).toEqual(laneOf(whole, lane));
      expect(labelsOf(alone)[0]).toEqual(labelsOf(whole)[lane]);
    }
  });

  it('lies from the longest sample to the shortest where it is more than eight lanes, labels too', () => {
    const asked = [5, 0, 3, 1, 2, 0, 3, 4, 1, 6, 5, 2];
    const whole = augmented.batch('train', asked, key(7));
    const lengths = [...whole.lengths!];
    expect(lengths).toEqual(lengths.toSorted((a, b) => b - a));
    expect([...whole.order!].sort((a, b) => a - b)).toEqual(asked.map((_, k) => k));
    whole.order!.forEach((k, lane) => {
      const alone = augmented.batch('train', [asked[k]!], key(7));
      const own = laneOf(alone, 0);
      expect(laneOf(whole, lane).slice(0, own.length)).toEqual(own);
      expect(labelsOf(alone)[0]).toEqual(labelsOf(whole)[lane]);
    });
  });

  it('augments training alone', () => {
    const [first, second] = [1, 2].map((step) => augmented.batch('val', [0, 1], key(step)));
    expect(first).toEqual(second);
    expect(first).toEqual(data.batch('val', [0, 1], key(1)));
    expect(data.batch('train', [0, 1], key(1))).toEqual(data.batch('train', [0, 1], key(2)));
    expect(augmented.batch('train', [0, 1], key(1))).not.toEqual(data.batch('train', [0, 1], key(1)));
  });

  it('augments dots and words to finite features', () => {
    for (let step = 0; step < 50; step++) {
      const { inputs, lengths } = augmented.batch('train', [0, 1, 2, 3, 4, 5], key(step));
      expect(inputs.x!.data.every(Number.isFinite)).toBe(true);
      expect(lengths!.subarray(0, 6).every((steps) => steps > 0)).toBe(true);
    }
  });

  it('draws isolated characters anew each time', () => {
    const drawn = Array.from({ length: 40 }, (_, step) => spelled(data.batch('train', [4, 5, 6], key(step))));
    expect(new Set(drawn.flat())).toEqual(new Set(['A', 'l', 'v']));
    expect(new Set(drawn.map((three) => three.join())).size).toBeGreaterThan(10);
  });

  it('knows a character of validation that training never saw as class -1', () => {
    expect(labelsOf(data.batch('val', [0, 1], key(0)))).toEqual([
      [3, 4],
      [4, -1],
    ]);
  });
});

describe('the recipe', () => {
  it.each([
    ['data.augmant', { ...OPTIONS, augmant: {} }, {}],
    ['data.augment.shear', { ...OPTIONS, augment: { shear: -1 } }, {}],
    ['data.chars', { ...OPTIONS, chars: 1.5 }, {}],
    ['features.step', OPTIONS, { features: { step: 0 } }],
    ['features.slant', OPTIONS, { features: { step: 0.2, slant: true } }],
    ['network.inputs.x', OPTIONS, { network: { ...recipeOf({}).network, inputs: { x: 6 } } }],
    ['network.layers.1', OPTIONS, { network: recipeOf({}, {}, 7).network }],
    ['network.layers.1', OPTIONS, { network: { ...recipeOf({}).network, outputs: ['letters'] } }],
  ])('is refused by the name of its key: %s', async (name, options, change) => {
    await expect(prepare(recipeOf(options, change as Partial<RecipeInput>))).rejects.toMatchObject({
      code: 'RECIPE_INVALID',
      details: { key: name },
    });
  });

  it('gives the manifest its alphabet and the feature options', () => {
    const manifest = inkCtc.manifest(recipeOf(OPTIONS), data);
    expect(manifest).toMatchObject({
      task: 'ink-text',
      features: { step: 0.2, deslant: true },
      inputs: [{ name: 'x', shape: ['T', 'B', INK_FEATURES] }],
      outputs: [{ name: 'logits', shape: ['S', 'B', 6] }],
      head: { kind: 'ctc', alphabet: ALPHABET },
    });
  });

  it('gives examples that fill their batch, because the exported graph takes no lengths', () => {
    for (const { size, inputs, lengths } of inkCtc.parity(recipeOf(OPTIONS), data)) {
      expect(size).toBe(1);
      expect(lengths![0]).toBe(inputs.x!.T);
    }
  });
});

describe('training', () => {
  it('teaches a tiny network three letters', async () => {
    const words = ['l', 'o', 'v', 'lo', 'ol', 'vo', 'lv', 'ov'];
    const own = join(folder, 'learn');
    writeInkFolder(own, {
      'words.train': [0.3, 0.38, 0.46].flatMap((wide) => words.map((label) => word(label, 'aaa', wide))),
      'words.val': [0.34, 0.42].flatMap((wide) => words.map((label) => word(label, 'aaa', wide))),
    });
    const validations: Extract<TrainEvent, { kind: 'validation' }>[] = [];
    const recipe = recipeOf({ augment: AUGMENT }, { epochs: 30, validateEvery: 15 }, 4);
    await train({
      recipe,
      dataFolder: own,
      runFolder: join(own, 'run'),
      variant: 'plain',
      onEvent: (event) => event.kind === 'validation' && validations.push(event),
    });
    const [first, last] = [validations[0]!, validations.at(-1)!];
    expect(last.trainLoss).toBeLessThan(first.trainLoss / 3);
    expect(last.valLoss).toBeLessThan(first.valLoss / 3);
    expect(last.figures.cer).toBeLessThan(0.1);
  });
});
