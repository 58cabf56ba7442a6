import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportModel } from '../export/exportModel.ts';
import { Random } from '../random.ts';
import { parseRecipe, type RecipeInput } from '../recipe.ts';
import type { TrainEvent } from '../trainEvent.ts';
import { train } from '../trainer.ts';
import { loadTask } from './index.ts';
import type { ValuesTarget } from './sequence/valuesData.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rivulet-values-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Layers = RecipeInput['network']['layers'];

const gru = { op: 'gru', hidden: 4 } as const;
const said = (units: number) => ({ op: 'dense', name: 'y', units }) as const;
const inStep = (units = 1): Layers => [gru, said(units)];
const inOne = (units = 1): Layers => [gru, { op: 'state' }, said(units)];

function recipe(layers: Layers, loss?: unknown, change: Partial<RecipeInput> = {}) {
  return parseRecipe({
    ...{ task: 'sequence-values', seed: 1, optimiser: { kind: 'adam', lr: 0.01 }, batch: 8, epochs: 1 },
    network: { inputs: { x: 1 }, layers, outputs: ['y'] },
    data: { train: 'train', val: 'val', ...(loss === undefined ? {} : { loss }) },
    ...change,
  });
}

async function prepare(train: string, ...given: Parameters<typeof recipe>) {
  writeFileSync(join(folder, 'train'), train);
  writeFileSync(join(folder, 'val'), train);
  return (await loadTask('sequence-values')).prepare(recipe(...given), folder);
}

/** Of the first samples, by lane, then by step: what is asked for. */
async function asked(lanes: number, targets: number, ...given: Parameters<typeof prepare>) {
  const data = await prepare(...given);
  const indices = Array.from({ length: lanes }, (_, i) => i);
  const { values, lanes: all } = data.batch('train', indices, Random.fromSeed(0)).target as ValuesTarget;
  const steps = values.length / all / targets;
  return indices.map((lane) =>
    Array.from({ length: steps }, (_, t) =>
      Array.from({ length: targets }, (_, n) => values[(t * targets + n) * all + lane]),
    ),
  );
}

it('names the line of a number beyond all measure, whose loss is still a number and its gradient none', async () => {
  const good = '{"x":[1,2],"y":3}\n{"x":[1],"y":4}\n';
  writeFileSync(join(folder, 'train'), `${good}{"x":[2],"y":3e38}\n${good}`);
  writeFileSync(join(folder, 'val'), good);
  const run = { recipe: recipe(inOne()), dataFolder: folder, runFolder: join(folder, 'beyond') };
  await expect(train(run)).rejects.toMatchObject({
    code: 'DIVERGED',
    message: expect.stringContaining(
      'training sample 2 (line 3 of train) is the first whose gradient is not',
    ),
    details: { split: 'train', sample: 2 },
  });
});

describe('the numbers that are asked for', () => {
  it('stand at each step of the output, null as none', async () => {
    const lines = '{"x":[1,2],"y":[[1,2],[null,4]]}\n{"x":[1],"y":[[5,6]]}\n';
    const [first, second] = await asked(2, 2, lines, inStep(2));
    expect(first).toEqual([
      [1, 2],
      [Number.NaN, 4],
    ]);
    expect(second![0]).toEqual([5, 6]);
    expect(await asked(1, 1, '{"x":[1,2],"y":[3,4]}\n', inStep())).toEqual([[[3], [4]]]);
    const joined = [{ op: 'join', factor: 2 } as const, ...inStep()];
    expect(await asked(1, 1, '{"x":[1,2,3],"y":[3,4]}\n', joined)).toEqual([[[3], [4]]]);
  });

  it('stand at the one step in which the network ends', async () => {
    const lines = '{"x":[1,2],"y":3}\n{"x":[1],"y":[4]}\n';
    expect(await asked(2, 1, lines, inOne())).toEqual([[[3]], [[4]]]);
    expect(await asked(1, 2, '{"x":[1,2],"y":[3,null]}\n', inOne(2))).toEqual([[[3, Number.NaN]]]);
    const head = [
      ...inOne().slice(0, 2),
      { op: 'dense', units: 2 },
      { op: 'head', name: 'y', kind: 'gaussian' },
    ];
    expect(await asked(1, 1, '{"x":[1,2],"y":3}\n', head as Layers, 'gaussian')).toEqual([[[3]]]);
  });

  it('may be of a text', async () => {
    const layers = [{ op: 'embedding', tokens: 2, units: 3 } as const, ...inOne()];
    const data = await prepare('{"x":"ab","y":1}\n{"x":"b","y":2}\n', layers);
    expect(data.trainLength(0)).toBe(2);
  });

  it.each([
    ['fewer steps', '[1]', inStep(), /^line 1 of train: y: 1 steps, where the network has 2 for this x/],
    ['more of a step', '[[1,2],[1]]', inStep(), /^line 1 of train: y\.0: 2 numbers, where the network has 1/],
    ['one number for steps', '1', inStep(), /^line 1 of train: y: one number, where the network has 2 steps/],
    ['lists for one step', '[[1]]', inOne(), /^line 1 of train: y: lists, where the network has one step/],
    ['more for one step', '[1,2]', inOne(), /^line 1 of train: y: 2 numbers, where the network has 1/],
    ['no number', '[null,null]', inStep(), /^line 1 of train: y: it has no number/],
    ['a text', '"1"', inOne(), /^line 1 of train: y: neither a finite number/],
    [
      'what float32 does not hold',
      '1e39',
      inOne(),
      /^line 1 of train: y: neither|^line 1 of train: y: it is not/,
    ],
  ] as const)('are refused by their line: %s', async (_, y, layers, message) => {
    await expect(prepare(`{"x":[1,2],"y":${y}}\n`, layers)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringMatching(message),
      details: expect.objectContaining({ sample: 'line 1 of train' }),
    });
  });
});

it('judges by the error of what it answers, and by how much its distributions cover', async () => {
  const lines = Array.from({ length: 8 }, (_, i) => `{"x":[1],"y":${i}}\n`).join('');
  const tensor = (F: number, rows: number[]) => ({
    data: Float32Array.from({ length: F * 8 }, (_, i) => rows[Math.floor(i / 8)]!),
    ...{ T: 1, F, lanes: 8 },
  });
  const figuresOf = async (loss: unknown, rows: number[]) => {
    const kind = typeof loss === 'string' ? { kind: loss } : { kind: 'quantiles', levels: 3 };
    const layers = [
      gru,
      { op: 'state' },
      { op: 'dense', units: rows.length },
      { op: 'head', name: 'y', ...kind },
    ];
    const data = await prepare(lines, layers as Layers, loss);
    const batch = data.batch('val', [0, 1, 2, 3, 4, 5, 6, 7], Random.fromSeed(0));
    return data.figures(data.score({ y: tensor(rows.length, rows) }, undefined, batch));
  };
  // Of 0 ... 7 about 3.5: 80 % of a normal distribution of deviation 2 is 0.94 to 6.06.
  expect(await figuresOf('gaussian', [3.5, 2])).toMatchObject({ mae: 2, within: 6 / 8 });
  // Of Student's t with one degree of freedom the same part is 3.08 scales to each side.
  expect(await figuresOf('student', [3.5, 1, 1])).toMatchObject({ mae: 2, within: 6 / 8 });
  expect(await figuresOf('student', [3.5, 1, 1e6])).toMatchObject({ mae: 2, within: 2 / 8 });
  const figures = await figuresOf({ quantiles: [0.1, 0.5, 0.9] }, [1, 3, 4]);
  expect(figures).toMatchObject({ mae: 2, within: 4 / 8 });
  expect(figures.best).toBe(figures.quantileLoss);
});

it('is learned step by step, also by truncated back-propagation through time', async () => {
  const random = Random.fromSeed(3);
  const lines = Array.from({ length: 64 }, () => {
    const x = Array.from({ length: 12 }, () => random.uniform(-1, 1));
    return `${JSON.stringify({ x, y: x.map((_, t) => x[t - 1] ?? null) })}\n`;
  }).join('');
  writeFileSync(join(folder, 'train'), lines);
  writeFileSync(join(folder, 'val'), lines);
  for (const bptt of [undefined, { k1: 4 }]) {
    const events: TrainEvent[] = [];
    await train({
      recipe: recipe([{ op: 'lstm', hidden: 8 }, said(1)], undefined, {
        epochs: 30,
        ...(bptt ? { bptt } : {}),
      }),
      dataFolder: folder,
      runFolder: join(folder, `run${bptt?.k1}`),
      variant: 'plain',
      onEvent: (event) => events.push(event),
    });
    const figures = events.flatMap((event) => (event.kind === 'validation' ? [event.figures] : []));
    // The variance of what is to be said is 1/3; what came before the chunk is a quarter of it.
    expect(figures.at(-1)!.mse).toBeLessThan(0.05);
  }
});

it('leaves out a figure that is a share of nothing, and so can be exported', async () => {
  writeFileSync(join(folder, 'train'), '{"x":[1],"y":1}\n{"x":[2],"y":0}\n');
  // Whatever the network says, its error has nothing to be relative to.
  writeFileSync(join(folder, 'val'), '{"x":[1],"y":0}\n');
  const own = { recipe: recipe(inOne()), dataFolder: folder, runFolder: join(folder, 'nothing') };
  const { evaluation } = await train(own);
  expect(Object.keys(evaluation!.figures)).toEqual([
    'mae',
    'mse',
    'loss',
    'int8.mae',
    'int8.mse',
    'int8.loss',
  ]);
  const named = {
    ...own,
    name: 'zeros',
    modelFolder: join(folder, 'zeros'),
    commit: 'abc',
    date: '2026-01-01',
  };
  expect((await exportModel({ ...named, evaluation })).figures).toMatchObject(evaluation!.figures);
});
