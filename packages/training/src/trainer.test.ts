import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from './checkpoint/checkpoint.ts';
import { readRunLog } from './fixtures/readRunLog.ts';
import { meanRecipe, meanTask } from './fixtures/recipes.ts';
import type { RecipeInput } from './recipe.ts';
import type { TrainEvent } from './trainEvent.ts';
import { type TrainOptions, train } from './trainer.ts';

let folder: string;
let runs = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rivulet-train-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Outcome {
  readonly runFolder: string;
  readonly losses: number[];
  readonly validations: Extract<TrainEvent, { kind: 'validation' }>[];
}

async function run(change: Partial<RecipeInput>, options: Partial<TrainOptions> = {}): Promise<Outcome> {
  const runFolder = options.runFolder ?? join(folder, `run${runs++}`);
  const losses: number[] = [];
  const validations: Outcome['validations'] = [];
  await train({
    recipe: meanRecipe(change),
    task: meanTask,
    dataFolder: folder,
    runFolder,
    variant: 'plain',
    onEvent: (event) => {
      if (event.kind === 'step') losses[event.step - 1] = event.loss;
      if (event.kind === 'validation') validations.push(event);
    },
    ...options,
  });
  return { runFolder, losses, validations };
}

const last = (outcome: Outcome) => readCheckpoint(join(outcome.runFolder, 'last.ckpt'));

describe('a training run', () => {
  it('learns, validates each epoch and keeps the best weights', async () => {
    const outcome = await run({ epochs: 40 });
    expect(outcome.losses).toHaveLength(40 * 6);
    expect(outcome.validations).toHaveLength(40);
    const { figures } = outcome.validations.at(-1)!;
    // Saying 0 always has a loss near 0.2; the bound is far below what the untrained network does.
    expect(figures.mse).toBeLessThan(0.03);
    expect(outcome.validations[0]!.figures.mse).toBeGreaterThan(2 * figures.mse!);
    const best = readCheckpoint(join(outcome.runFolder, 'best.ckpt'));
    const lowest = Math.min(...outcome.validations.map((event) => event.figures.mse!));
    expect(best.best?.mse).toBe(lowest);
  });

  it('keeps the last weights where the recipe says so, whatever came before', async () => {
    const outcome = await run({
      epochs: 20,
      keep: 'last',
      optimiser: { kind: 'adam', lr: 1, schedule: 'constant' },
    });
    const found = outcome.validations.map((event) => event.figures.mse!);
    expect(Math.min(...found)).toBeLessThan(found.at(-1)!);
    const kept = readCheckpoint(join(outcome.runFolder, 'best.ckpt'));
    expect(kept.best).toMatchObject({ step: outcome.losses.length, mse: found.at(-1) });
    expect(kept.vectors.weights).toEqual(last(outcome).vectors.weights);
  });

  it('takes its first ten steps as it did when its gradients were proved', async () => {
    const { losses } = await run({}, { stopAfter: 10 });
    // Of the plain kernels, which compute the same bits everywhere; the data is drawn with Math.log and Math.cos,
    // whose last bit is each engine's own.
    const proved = [
      0.11376683, 0.4181323, 0.08507446, 0.21477363, 0.15071459, 0.03622529, 0.05011429, 0.17002695,
      0.2348503, 0.02346358,
    ];
    expect(losses).toHaveLength(10);
    proved.forEach((loss, i) => {
      expect(losses[i]).toBeCloseTo(loss, 7);
    });
  });

  it.each([1, 2])('goes on bit for bit after a stop inside an epoch, %i thread(s)', async (threads) => {
    const whole = await run({}, { threads });
    const first = await run({}, { threads, stopAfter: 9 });
    expect(last(first).step).toBe(9);
    const second = await run({}, { threads, runFolder: first.runFolder, resume: true });
    expect([...first.losses, ...second.losses.slice(9)]).toEqual(whole.losses);
    const [a, b] = [last(whole), last(second)];
    for (const name of ['weights', 'm', 'v', 'average']) expect(b.vectors[name]).toEqual(a.vectors[name]);
    expect(b.best).toEqual(a.best);
    expect(second.validations.at(-1)!.trainLoss).toBe(whole.validations.at(-1)!.trainLoss);
  });

  it('learns the same with one thread and with two, but for the order of float32 sums', async () => {
    const [one, two] = [await run({}), await run({}, { threads: 2 })];
    // Gradients differ by 1e-7 of their size; 36 steps of Adam let that grow, 1e-3 is what is left of room.
    one.losses.forEach((loss, i) => {
      expect(Math.abs(two.losses[i]! - loss)).toBeLessThan(1e-3 * (1 + loss));
    });
    expect(Math.abs(two.losses[0]! - one.losses[0]!)).toBeLessThan(1e-6);
  });

  it('lowers its learning rate on a plateau, ends early, and does so again after a stop', async () => {
    const optimiser: RecipeInput['optimiser'] = {
      kind: 'sgd',
      lr: 0.2,
      momentum: 0.9,
      schedule: 'plateau',
      plateau: { patience: 1 },
      earlyStop: { patience: 3 },
    };
    const rates: number[] = [];
    const whole = await run(
      { optimiser, epochs: 40 },
      { onEvent: (event) => event.kind === 'step' && rates.push(event.lr) },
    );
    expect(rates.length).toBeLessThan(40 * 6);
    expect(rates.at(-1)).toBeLessThan(rates[0]!);
    const stopped = await run({ optimiser, epochs: 40 }, { stopAfter: rates.length - 9 });
    const resumed: number[] = [];
    await run(
      { optimiser, epochs: 40 },
      {
        ...{ runFolder: stopped.runFolder, resume: true },
        onEvent: (event) => event.kind === 'step' && resumed.push(event.lr),
      },
    );
    expect(resumed).toEqual(rates.slice(-9));
    expect(last(stopped).vectors).toEqual(last(whole).vectors);
    expect(last(stopped).patience).toEqual(last(whole).patience);
  });

  it('takes batches with fewer samples than threads', async () => {
    const { losses } = await run(
      { data: { train: 5, val: 1, maxLength: 4 }, batch: 4, epochs: 2 },
      { threads: 3 },
    );
    expect(losses).toHaveLength(4);
    expect(losses.every(Number.isFinite)).toBe(true);
  });

  it('stops with DIVERGED when a loss is NaN, and keeps the weights from before', async () => {
    const runFolder = join(folder, 'diverged');
    const steps: number[] = [];
    const poisoned = train({
      recipe: meanRecipe({ data: { train: 96, val: 24, maxLength: 9, nanAt: 50 } }),
      task: meanTask,
      dataFolder: folder,
      runFolder,
      threads: 2,
      checkpointSeconds: 0,
      onEvent: (event) => event.kind === 'step' && steps.push(event.step),
    });
    await expect(poisoned).rejects.toMatchObject({ code: 'DIVERGED' });
    expect(steps.length).toBeGreaterThan(0);
    const kept = readCheckpoint(join(runFolder, 'last.ckpt'));
    expect(kept.step).toBe(steps.length);
    expect(kept.vectors.weights!.every(Number.isFinite)).toBe(true);
  });

  it.each([
    ['a loss that is NaN', { nanAt: 50 }, 'DIVERGED', 'train', 50],
    ['NaN in its inputs', { nanInput: 51 }, 'DATA_INVALID', 'train', 51],
    ['NaN in its inputs, in validation', { nanInVal: 5 }, 'DATA_INVALID', 'val', 5],
  ] as const)('names the sample that has %s', async (_, bad, code, split, sample) => {
    const data = { train: 96, val: 24, maxLength: 9, ...bad };
    const broken = run({ data }, { threads: 2 });
    await expect(broken).rejects.toMatchObject({
      code,
      message: expect.stringMatching(new RegExp(`sample ${sample} \\(${split} ${sample}\\)`)),
      details: { split, sample },
    });
  });

  it('stops a run that diverges, and keeps its last good checkpoint', async () => {
    const runFolder = join(folder, 'exploded');
    const exploding = run(
      { optimiser: { kind: 'adamw', lr: 1e37, clip: 0, schedule: 'constant' }, epochs: 20 },
      { runFolder, checkpointSeconds: 0 },
    );
    await expect(exploding).rejects.toMatchObject({ code: 'DIVERGED' });
    expect(readCheckpoint(join(runFolder, 'last.ckpt')).vectors.weights!.every(Number.isFinite)).toBe(true);
    const end = readRunLog(join(runFolder, 'log.jsonl')).at(-1);
    expect(end).toMatchObject({ kind: 'end', finished: false, error: { code: 'DIVERGED' } });
  });

  it('stops a run whose loss has exploded though it is a number, and names what it keeps', async () => {
    const runFolder = join(folder, 'lost');
    const lost = run(
      { optimiser: { kind: 'adamw', lr: 1e4, clip: 1, schedule: 'constant' }, epochs: 20 },
      { runFolder, checkpointSeconds: 0 },
    );
    await expect(lost).rejects.toMatchObject({
      code: 'DIVERGED',
      message: expect.stringMatching(
        /^Step 6: the mean loss of training is .*; the run stops and keeps last/,
      ),
      details: { step: 6, last: 5 },
    });
    expect(readCheckpoint(join(runFolder, 'last.ckpt')).step).toBe(5);
    expect(readRunLog(join(runFolder, 'log.jsonl')).at(-1)).toMatchObject({ error: { code: 'DIVERGED' } });
  });

  it('stops when asked, with a checkpoint', async () => {
    const controller = new AbortController();
    const runFolder = join(folder, 'aborted');
    const result = await train({
      recipe: meanRecipe(),
      task: meanTask,
      dataFolder: folder,
      runFolder,
      signal: controller.signal,
      onEvent: (event) => event.kind === 'step' && event.step === 3 && controller.abort(),
    });
    expect(result).toMatchObject({ step: 3, finished: false });
    expect(readCheckpoint(join(runFolder, 'last.ckpt')).step).toBe(3);
  });

  // The other threads then stand at a barrier that would never open.
  it.each([
    ['throws', { throwAt: 40 }, 'DATA_INVALID'],
    ['is gone', { exitAt: 40 }, 'WORKER_DIED'],
  ])('ends when one of three threads %s in the middle of a step', async (_, options, code) => {
    const data = { train: 96, val: 24, maxLength: 9, ...options };
    const runFolder = join(folder, code);
    const steps: number[] = [];
    const broken = run(
      { data },
      {
        ...{ runFolder, threads: 3, checkpointSeconds: 0 },
        onEvent: (event) => event.kind === 'step' && steps.push(event.step),
      },
    );
    await expect(broken).rejects.toMatchObject({ code });
    if (steps.length > 0) expect(readCheckpoint(join(runFolder, 'last.ckpt')).step).toBe(steps.length);
  });

  it('passes on what a thread could not do', async () => {
    await expect(run({ data: { broken: true } }, { threads: 2 })).rejects.toMatchObject({
      code: 'DATA_INVALID',
    });
  });

  it.each([0, -1, 1.5, Number.NaN, 1e9])(
    'refuses %d threads instead of waiting for them',
    async (threads) => {
      const found = run({}, { threads });
      await expect(found).rejects.toMatchObject({ code: 'ARGUMENT', details: { got: String(threads) } });
    },
  );

  it('refuses data without a sample to train on, or to validate on', async () => {
    for (const data of [
      { train: 0, val: 4, maxLength: 3 },
      { train: 4, val: 0, maxLength: 3 },
    ]) {
      await expect(run({ data })).rejects.toMatchObject({ code: 'DATA_INVALID' });
    }
  });

  it('refuses a start of many steps before it reads any data, and leaves no folder', async () => {
    const network = {
      inputs: { x: 3 },
      layers: [
        { op: 'dense', name: 'wide', units: 8 },
        { op: 'gru', name: 'h', in: 'x', hidden: 8, initial: 'wide' },
        { op: 'dense', name: 'y', units: 1 },
      ],
      outputs: ['y'],
    } satisfies RecipeInput['network'];
    const runFolder = join(folder, 'many-steps');
    await expect(run({ network, data: { broken: true } }, { runFolder })).rejects.toMatchObject({
      code: 'RECIPE_INVALID',
      details: { key: 'network.layers.1.initial', got: 'wide' },
    });
    expect(existsSync(runFolder)).toBe(false);
  });

  it('moves a run aside that is not asked to go on', async () => {
    const { runFolder } = await run({}, { stopAfter: 8 });
    const notes: unknown[] = [];
    await run(
      {},
      { runFolder, stopAfter: 2, onEvent: (event) => event.kind === 'start' && notes.push(event.notes) },
    );
    const aside = join(runFolder, 'previous');
    expect(notes).toEqual([expect.objectContaining({ 'an earlier run was moved to': aside })]);
    expect(readCheckpoint(join(aside, 'last.ckpt')).step).toBe(8);
    expect(readCheckpoint(join(aside, 'best.ckpt')).step).toBe(6);
    expect(readCheckpoint(join(runFolder, 'last.ckpt')).step).toBe(2);
    expect(existsSync(join(runFolder, 'best.ckpt'))).toBe(false);
    // What it has is of that run alone: the next one has no best yet.
    await run({}, { runFolder, stopAfter: 1 });
    expect(readCheckpoint(join(aside, 'last.ckpt')).step).toBe(2);
    expect(existsSync(join(aside, 'best.ckpt'))).toBe(false);
  });

  it('says when it goes on with other threads than it began with', async () => {
    const { runFolder } = await run({}, { stopAfter: 2 });
    const notes: Record<string, unknown>[] = [];
    await run(
      {},
      {
        ...{ runFolder, resume: true, threads: 2, stopAfter: 3 },
        onEvent: (event) => event.kind === 'start' && notes.push(event.notes),
      },
    );
    expect(notes[0]!['begun with']).toContain('--threads 1 --simd plain');
  });

  it('only resumes what the same recipe began', async () => {
    const { runFolder } = await run({}, { stopAfter: 2 });
    const other = run({ batch: 8 }, { runFolder, resume: true });
    await expect(other).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID' });
    await expect(run({}, { resume: true })).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID' });
  });
});
