import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../checkpoint/checkpoint.ts';
import { readRunLog } from '../fixtures/readRunLog.ts';
import { meanRecipe, meanTask } from '../fixtures/recipes.ts';
import { parseRecipe } from '../recipe.ts';
import { type TrainOptions, train } from '../trainer.ts';
import { curvesSvg } from './curvesSvg.ts';
import { readRun } from './readRun.ts';
import { RunCurves } from './runCurves.ts';
import { RunLog } from './runLog.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rivulet-run-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const options = (name: string, data: object = {}): TrainOptions => ({
  recipe: meanRecipe({ data: { train: 96, val: 24, maxLength: 9, ...data }, epochs: 3 }),
  task: meanTask,
  dataFolder: folder,
  runFolder: join(folder, name),
  variant: 'plain',
});

describe('the folder of a run', () => {
  it('holds recipe, seed, data hashes, code and machine, the log of every step, curves and checkpoints', async () => {
    writeFileSync(join(folder, 'samples.txt'), 'three samples');
    const run = options('whole', { files: ['samples.txt'] });
    await train({ ...run, commit: 'abc', stopAfter: 8 });
    expect(existsSync(join(run.runFolder, 'evaluation.json'))).toBe(false);
    const result = await train({ ...run, commit: 'abd', resume: true });
    const read = (name: string) => readFileSync(join(run.runFolder, name), 'utf8');
    expect(parseRecipe(JSON.parse(read('recipe.json')))).toEqual(run.recipe);
    const sha256 = createHash('sha256').update('three samples').digest('hex');
    expect(JSON.parse(read('run.json'))).toMatchObject({
      seed: 7,
      data: { 'samples.txt': sha256 },
      parameters: expect.any(Number),
      dataFolder: folder,
      sessions: [
        { step: 0, commit: 'abc', threads: 1, variant: 'plain', node: process.version },
        { step: 8, commit: 'abd' },
      ],
    });
    const entries = readRunLog(join(run.runFolder, 'log.jsonl'));
    const steps = entries.filter(({ kind }) => kind === 'step');
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 18 }, (_, i) => i + 1));
    expect(steps[0]).toMatchObject({
      loss: expect.any(Number),
      norm: expect.any(Number),
      lr: expect.any(Number),
    });
    expect(entries.filter(({ kind }) => kind === 'validation')).toHaveLength(3);
    expect(entries.at(-1)).toMatchObject({ kind: 'end', finished: true, step: 18 });
    const svg = read('curves.svg');
    for (const part of ['training', 'validation', 'mse', 'norm of the gradient', 'learning rate', 'seed 7']) {
      expect(svg).toContain(part);
    }
    expect(result.evaluation).toEqual(JSON.parse(read('evaluation.json')));
    const { step, mse } = readCheckpoint(join(run.runFolder, 'best.ckpt')).best!;
    expect(result.evaluation).toMatchObject({ split: 'val', samples: 24, step });
    expect(result.evaluation!.figures.mse).toBeCloseTo(mse!, 6);
    for (const name of ['best.ckpt', 'last.ckpt']) expect(existsSync(join(run.runFolder, name))).toBe(true);
  });

  it('does not go on with other data, and says what file is missing', async () => {
    writeFileSync(join(folder, 'changing.txt'), 'one');
    const run = options('changed', { files: ['changing.txt'] });
    await train({ ...run, stopAfter: 2 });
    writeFileSync(join(folder, 'changing.txt'), 'two');
    await expect(train({ ...run, resume: true })).rejects.toMatchObject({
      code: 'CHECKPOINT_INVALID',
      message: expect.stringContaining('from other data'),
    });
    await expect(train(options('missing', { files: ['nowhere.txt'] }))).rejects.toMatchObject({
      code: 'DATA_INVALID',
      details: { path: join(folder, 'nowhere.txt') },
    });
  });
});

describe('a folder that stands where a file of a run belongs', () => {
  const places: [place: string, resume: boolean][] = [
    ['last.ckpt', true],
    ['log.jsonl', true],
    ['curves.svg', true],
    ['previous/best.ckpt', false],
  ];
  it.each(places)('is named: %s', async (place, resume) => {
    const run = options(place.replace('/', '-'));
    await train({ ...run, stopAfter: 8 });
    const path = join(run.runFolder, place);
    rmSync(path, { force: true });
    mkdirSync(join(path, 'below'), { recursive: true });
    await expect(train({ ...run, resume })).rejects.toMatchObject({
      code: place === 'last.ckpt' ? 'CHECKPOINT_INVALID' : 'ARGUMENT',
      message: expect.stringContaining(path),
      details: { path },
    });
  });
});

it('a run whose record says nothing of its data is still one', async () => {
  const run = options('bare');
  await train({ ...run, stopAfter: 8 });
  for (const record of ['null', '[]', '{"dataFolder":3}']) {
    writeFileSync(join(run.runFolder, 'run.json'), record);
    expect(readRun(run.runFolder)).toEqual({ recipe: run.recipe, dataFolder: undefined });
  }
});

describe('the log of a run', () => {
  const step = (n: number) => ({ kind: 'checkpoint', step: n }) as const;

  it('keeps what a checkpoint knows of, whatever bytes are behind it', () => {
    const path = join(folder, 'fuzz.jsonl');
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.nat({ max: 6 }),
        fc.nat({ max: 400 }),
        (junk, at, cut) => {
          rmSync(path, { force: true });
          const { log } = RunLog.open(path, 0);
          for (let n = 1; n <= 5; n++) log.append(step(n));
          log.close();
          const whole = readFileSync(path);
          writeFileSync(path, Buffer.concat([whole.subarray(0, whole.length - (cut % whole.length)), junk]));
          const { log: again, kept } = RunLog.open(path, at);
          expect(kept.map((entry) => entry.step)).toEqual(kept.map((_, i) => i + 1));
          expect(kept.length).toBeLessThanOrEqual(at);
          again.append(step(at + 1));
          again.close();
          expect(readRunLog(path).map((entry) => entry.step)).toEqual([
            ...kept.map((entry) => entry.step),
            at + 1,
          ]);
        },
      ),
    );
  });
});

describe('the curves of a run', () => {
  it('are a picture of bounded size, with names as text', () => {
    const curves = new RunCurves();
    const totalSteps = 50_000;
    const start = {
      kind: 'start',
      step: 0,
      totalSteps,
      stepsPerEpoch: 500,
      trainCount: 1,
      valCount: 1,
    } as const;
    curves.add({ ...start, parameters: 1, threads: 1, variant: 'plain', notes: {} });
    for (let n = 1; n <= totalSteps; n++) {
      const event = { kind: 'step', step: n, epoch: 0, samples: 1, milliseconds: 1 } as const;
      curves.add({ ...event, loss: n === 7 ? Number.NaN : 5 / n, norm: 0, lr: 0.1 });
    }
    const figures = { '<b>&"': 0.5, best: 0.5, valLoss: 1 };
    const validation = {
      kind: 'validation',
      step: 100,
      trainLoss: 1,
      valLoss: 1,
      best: true,
      seconds: 1,
    } as const;
    curves.add({ ...validation, figures });
    const svg = curvesSvg(curves, 'a <run>');
    expect(svg.length).toBeLessThan(80_000);
    expect(svg).not.toMatch(/<b>|<run>|NaN|Infinity|undefined/);
    expect(svg).toContain('&#60;b&#62;&#38;&#34; 0.5');
  });
});
