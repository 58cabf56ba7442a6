/** A recipe of one's own by the commands alone: train, evaluate, generate, wherever it lies and whoever calls. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RECIPES } from './trainRecipe.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SCRIPTS = {
  train: 'packages/training/src/cli/train.ts',
  evaluate: 'test/evaluate/main.ts',
  bench: 'test/bench/main.ts',
  generate: 'packages/inference/tools/generate.ts',
} as const;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rivulet-commands-'));
  mkdirSync(join(folder, 'data'));
  for (const split of ['train', 'val']) {
    const file = `data/tags.${split}.jsonl`;
    copyFileSync(join(RECIPES, file), join(folder, file));
  }
  const recipe = JSON.parse(readFileSync(join(RECIPES, 'tags.json'), 'utf8'));
  writeFileSync(join(folder, 'mine.json'), JSON.stringify({ ...recipe, epochs: 8 }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As npm does: in the repository, with the caller's folder in INIT_CWD. */
async function command(name: keyof typeof SCRIPTS, ...args: readonly string[]) {
  const { RIVULET_DATA: _, ...own } = process.env;
  const env = { ...own, INIT_CWD: folder };
  const child = spawn(process.execPath, [join(ROOT, SCRIPTS[name]), ...args], { cwd: ROOT, env });
  const out = { stdout: '', stderr: '' };
  child.stdout.on('data', (text) => (out.stdout += text));
  child.stderr.on('data', (text) => (out.stderr += text));
  const [code] = await once(child, 'close');
  return { code: code as number, ...out };
}

it('trains a bare file with the data beside it, evaluates its run, and uses its model', {
  timeout: 240_000,
}, async () => {
  const run = join(folder, 'run');
  const trained = await command('train', 'mine.json', '--run', 'run', '--threads', '1');
  expect([trained.code, trained.stderr]).toEqual([0, '']);
  const evaluation = JSON.parse(readFileSync(join(run, 'evaluation.json'), 'utf8'));
  expect(evaluation.figures.error).toBeLessThan(0.1);

  const evaluated = await command('evaluate', 'run', 'mine', '--run', 'run', '--json');
  expect([evaluated.code, evaluated.stderr]).toEqual([0, '']);
  expect(JSON.parse(evaluated.stdout.trim().split('\n').at(-1)!)).toEqual(evaluation.figures);

  const help = await command('evaluate', 'run', '--help');
  expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining('--split val|test') });
  for (const [option, message] of [
    ['--splitt', /^ARGUMENT: Unknown option '--splitt'; --help lists the options\n$/],
    ['--recipe=none.json', /^RECIPE_INVALID: The recipe .*none\.json cannot be read: ENOENT/],
  ] as const) {
    const { code, stderr } = await command('evaluate', 'run', 'mine', '--run', 'run', option);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  }

  for (const dtype of ['float32', 'int8']) {
    const said = await command(
      'generate',
      'run/model',
      '--prompt',
      'they water the stone mill',
      '--dtype',
      dtype,
    );
    expect(said).toEqual({ code: 0, stdout: 'P V D A N\n', stderr: '' });
  }
  for (const [args, message] of [
    [['run/model'], /^ARGUMENT: a model of sequence-tags needs --prompt\n$/],
    [
      ['run/model', '--prompt', 'they swim'],
      /^ARGUMENT: "swim", token 2, is none of the 16 that are known\n$/,
    ],
    [['nowhere'], /^MODEL_NOT_FOUND: /],
    [['run/model', '--prompt', 'they', '--dtype', 'int4'], /^ARGUMENT: --dtype is int4/],
    [['run/model', '--temprature', '1'], /^ARGUMENT: Unknown option '--temprature'; --help/],
  ] as const) {
    const { code, stderr } = await command('generate', ...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  }
});

it.each([
  [['training', 'Z'], /^ARGUMENT: training has no part Z: it runs by A, B, ours, .*, or as a whole\n$/],
  [['ranges', 'int8'], /^ARGUMENT: ranges has no part int8: it runs as a whole\n$/],
  [['engine', '--jsno'], /^ARGUMENT: Unknown option '--jsno'\n$/],
] as const)('a bench that cannot be run says why: %j', async (args, message) => {
  const { code, stdout, stderr } = await command('bench', ...args);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(message);
});

it.each(['none', '0', '1.5'])('a study of adapting refuses %s words', async (words) => {
  const { code, stderr } = await command('evaluate', 'adapt', 'words', '--words', words);
  expect([code, stderr]).toEqual([1, `ARGUMENT: --words is ${words}, not a whole number above 0\n`]);
});

it.each([
  [['handwriting', '--model', 'own'], 'own/manifest.json'],
  [['forecast', '--model', 'own'], 'own/manifest.json'],
  [['segmentation', '--data', 'own'], 'own'],
] as const)('the folders of an evaluation start where it was called: %j', async (args, path) => {
  const { code, stderr } = await command('evaluate', ...args);
  expect(code).toBe(1);
  expect(stderr).toContain(join(folder, path));
});
