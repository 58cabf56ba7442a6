import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { parseManifest } from '@rivulet/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../checkpoint/checkpoint.ts';

const script = fileURLToPath(new URL('./train.ts', import.meta.url));
let folder: string;
let dataFolder: string;

/** Two letters that a line can tell apart: a falling and a rising stroke. */
function word(i: number): string {
  const label = i % 3 === 0 ? 'ab' : i % 3 === 1 ? 'a' : 'b';
  const strokes = [...label].map((letter, at) => {
    const up = letter === 'a' ? 1 : -1;
    return [at * 60, 0, ...Array.from({ length: 12 }, (_, p) => [3, up * (8 + ((i + p) % 3))]).flat()];
  });
  return JSON.stringify({ c: 'xyz', w: `w${i % 5}`, l: label, q: 'OK', s: strokes });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rivulet-cli-'));
  dataFolder = join(folder, 'data');
  mkdirSync(join(dataFolder, 'handwriting'), { recursive: true });
  for (const [split, count] of Object.entries({ train: 64, val: 12 })) {
    const lines = Array.from({ length: count }, (_, i) => word(i)).join('\n');
    writeFileSync(join(dataFolder, 'handwriting', `unipen-words.${split}.jsonl.gz`), gzipSync(`${lines}\n`));
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function recipe(name: string, change: object = {}): string {
  const path = join(folder, `${name}.json`);
  const own = {
    task: 'ink-ctc',
    seed: 3,
    features: { step: 0.2 },
    network: {
      inputs: { x: 7 },
      layers: [
        { op: 'lstm', hidden: 8, bidirectional: true },
        { op: 'dense', name: 'logits', units: 3 },
      ],
      outputs: ['logits'],
    },
    optimiser: { kind: 'adamw', lr: 0.02 },
    batch: 16,
    epochs: 3,
    ...change,
  };
  writeFileSync(path, JSON.stringify(own));
  return path;
}

/** More units than the data has classes. */
const wide = {
  network: {
    inputs: { x: 7 },
    layers: [
      { op: 'lstm', hidden: 4 },
      { op: 'dense', name: 'logits', units: 9 },
    ],
    outputs: ['logits'],
  },
};

/** No word has that many steps. */
const windows = {
  network: {
    ...wide.network,
    layers: [{ op: 'conv1d', units: 4, kernel: 99, padding: 'valid' }, ...wide.network.layers],
  },
};

function command(...args: readonly string[]) {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const out = { stdout: '', stderr: '' };
  child.stdout.on('data', (text) => (out.stdout += text));
  child.stderr.on('data', (text) => (out.stderr += text));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number, ...out }));
  return { child, ended };
}

const place = (name: string) => [
  '--data',
  dataFolder,
  '--run',
  join(folder, name),
  '--out',
  join(folder, `${name}-model`),
];

/** Arguments of which an option names a file where there should be a folder. */
function intoFile(option: '--run' | '--out'): readonly string[] {
  const file = recipe('taken');
  return ['tiny', '--recipe', file, ...place('taken'), option, file];
}

describe('npm run train', () => {
  it('trains a recipe and leaves a whole model folder', async () => {
    const { ended } = command('tiny', '--recipe', recipe('tiny'), ...place('whole'));
    const { code, stdout, stderr } = await ended;
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('12/12 epoch 3/3');
    const manifest = parseManifest(
      JSON.parse(readFileSync(join(folder, 'whole-model/manifest.json'), 'utf8')),
    );
    expect(manifest).toMatchObject({ name: 'tiny', task: 'ink-text', head: { alphabet: ['', 'a', 'b'] } });
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1)!)).toEqual(manifest.figures);
    const evaluation = JSON.parse(readFileSync(join(folder, 'whole/evaluation.json'), 'utf8'));
    expect(evaluation).toMatchObject({ split: 'val', samples: 12, step: manifest.training.steps });
    expect(manifest.figures).toEqual({ ...evaluation.figures, parameters: manifest.figures.parameters });
    expect(evaluation.figures).toMatchObject({ cer: expect.any(Number), loss: expect.any(Number) });
  });

  it('takes a recipe by its file alone, and the run of it by its name', async () => {
    const run = ['--data', dataFolder, '--run', join(folder, 'by-file')];
    const { stdout, stderr, code } = await command(recipe('by-file', { epochs: 1 }), ...run).ended;
    expect([code, stderr]).toEqual([0, '']);
    const model = join(folder, 'by-file', 'model');
    expect(stdout).toContain(model);
    expect(JSON.parse(readFileSync(join(model, 'manifest.json'), 'utf8')).name).toBe('by-file');
    rmSync(model, { recursive: true });
    const again = await command('by-file', '--run', join(folder, 'by-file'), '--export-only').ended;
    expect([again.code, again.stderr]).toEqual([0, '']);
    expect(again.stdout.split('\n')[0]).toBe(model);
  });

  it('takes a small recipe by its bare file name, whose data is beside it', async () => {
    const place = ['--run', join(folder, 'small'), '--epochs', '1', '--data'];
    const { code, stderr } = await command('tags.json', ...place, folder).ended;
    expect([code, stderr]).toEqual([1, expect.stringContaining(join(folder, 'data/tags.train.jsonl'))]);
    const trained = await command('tags.json', ...place.slice(0, -1)).ended;
    expect([trained.code, trained.stderr]).toEqual([0, '']);
    expect(trained.stdout).toContain('500 samples, 100 for validation');
  });

  it('goes on to its end when nobody reads along any more', async () => {
    const { child, ended } = command('tiny', '--recipe', recipe('unread'), ...place('unread'));
    child.stdout.once('data', () => child.stdout.destroy());
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
    parseManifest(JSON.parse(readFileSync(join(folder, 'unread-model/manifest.json'), 'utf8')));
  });

  it('saves on SIGTERM, and goes on with --resume', async () => {
    const long = ['tiny', '--recipe', recipe('long'), '--epochs', '20000', ...place('stopped')];
    const first = command(...long);
    first.child.stdout.on('data', (text) => {
      if (String(text).includes('*best')) first.child.kill('SIGTERM');
    });
    const stopped = await first.ended;
    expect(stopped.code).toBe(130);
    const { step } = readCheckpoint(join(folder, 'stopped/last.ckpt'));
    expect(stopped.stdout).toContain(`stopped at step ${step} of 80000; --resume goes on`);

    const second = command(...long, '--resume');
    second.child.stdout.on('data', (text) => {
      if (String(text).includes('resumed at step')) second.child.kill('SIGINT');
    });
    expect((await second.ended).stdout).toContain(`resumed at step ${step} of 80000`);
  });

  it.each([
    [
      'RECIPE_INVALID',
      /epoch is wrong: there is no such key/,
      () => ['tiny', '--recipe', recipe('bad', { epoch: 3 }), ...place('bad')],
    ],
    [
      'RECIPE_INVALID',
      /no-such-model.*handwriting-en, pen-digits, sensor-forecaster/,
      () => ['no-such-model', ...place('none')],
    ],
    [
      'RECIPE_INVALID',
      /optimiser is wrong: it is missing/,
      () => ['tiny', '--recipe', recipe('none', { optimiser: undefined }), ...place('none')],
    ],
    [
      'DATA_INVALID',
      /"ab" by xyz w0 has 0 of the 2 steps .*\n$/,
      () => ['tiny', '--recipe', recipe('windows', windows), ...place('windows')],
    ],
    ['RECIPE_INVALID', /have 3 units/, () => ['tiny', '--recipe', recipe('wide', wide), ...place('wide')]],
    [
      'DATA_INVALID',
      /nowhere holds neither.*https:.*\n--data/,
      () => ['tiny', '--recipe', recipe('nodata'), ...place('nodata'), '--data', join(folder, 'nowhere')],
    ],
    [
      'DATA_INVALID',
      /train_r01_v07.*\n--data/,
      () => ['tiny', '--recipe', recipe('bare'), ...place('bare'), '--data', folder],
    ],
    [
      'CHECKPOINT_INVALID',
      /last\.ckpt cannot be read/,
      () => ['tiny', '--recipe', recipe('fresh'), ...place('fresh'), '--resume'],
    ],
    [
      'ARGUMENT',
      /--threads is 0/,
      () => ['tiny', '--recipe', recipe('threads'), ...place('threads'), '--threads', '0'],
    ],
    ['ARGUMENT', /taken\.json cannot be a folder to write to: E/, () => intoFile('--run')],
    ['ARGUMENT', /taken\.json cannot be a folder to write to: E/, () => intoFile('--out')],
    ['ARGUMENT', /--gradient-norms is 0/, () => ['handwriting-en', '--gradient-norms', '0']],
    ['ARGUMENT', /--simd is fast/, () => ['handwriting-en', '--simd', 'fast']],
    ['ARGUMENT', /Unknown option '--reusme'; --help/, () => ['handwriting-en', '--reusme']],
    ['ARGUMENT', /one model at a time/, () => ['handwriting-en', 'sensor-forecaster']],
    ['ARGUMENT', /is no name of a model/, () => ['../escape']],
    ['ARGUMENT', /two recipes: a.json, b.json/, () => ['a.json', '--recipe', 'b.json']],
    [
      'RECIPE_INVALID',
      /There is no recipe \/nowhere\/lost.json for lost; models with one: .*pen-digits.*; small ones: .*rivers/,
      () => ['/nowhere/lost.json', '--run', join(folder, 'whole')],
    ],
  ])('says %s, %s, without a stack, and fails', async (wanted, message, args) => {
    const { code, stderr } = await command(...args()).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^${wanted}: .*\n(--data .*\n)?$`));
    expect(stderr).toMatch(message);
  });

  it('keeps a trial of other epochs away from the shipped model', async () => {
    const run = ['--data', dataFolder, '--run', join(folder, 'trial')];
    const { stdout, code } = await command('tiny', '--recipe', recipe('trial'), '--epochs', '1', ...run)
      .ended;
    expect(code).toBe(0);
    expect(stdout).toContain(join(folder, 'trial', 'model'));
    const model = join(folder, 'trial', 'model');
    expect(JSON.parse(readFileSync(join(model, 'train.json'), 'utf8'))).toMatchObject({ epochs: 1 });
  });

  it.each(['--help', '-h'])('explains itself when asked: %s', async (flag) => {
    const { code, stdout } = await command('sensor-forecaster', flag).ended;
    expect(code).toBe(0);
    for (const part of [
      'handwriting-en | pen-digits | sensor-forecaster',
      '--resume',
      '--data',
      'RIVULET_DATA',
    ]) {
      expect(stdout).toContain(part);
    }
  });

  it('goes on to commands of its own: a report of rounding, and the model once more', async () => {
    const made = recipe('commands', { epochs: 1 });
    const own = ['tiny', '--recipe', made, ...place('commands')];
    expect((await command(...own).ended).code).toBe(0);
    const run = (name: string, ...args: readonly string[]) => {
      const file = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
      const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
      let stdout = '';
      child.stdout.on('data', (text) => (stdout += text));
      return once(child, 'close').then(([code]) => ({ code: code as number, stdout }));
    };
    const report = await run('quantise', ...own);
    expect(report.code).toBe(0);
    expect(report.stdout).toMatch(/lstm0\.W +f +\d/);
    expect(report.stdout).toMatch(/logits +\d\.\d+ % +\d\.\d+ %/);
    expect(JSON.parse(readFileSync(join(folder, 'commands/quantise.json'), 'utf8')).samples).toBe(12);
    rmSync(join(folder, 'commands-model'), { recursive: true });
    expect((await run('export', ...own)).code).toBe(0);
    parseManifest(JSON.parse(readFileSync(join(folder, 'commands-model/manifest.json'), 'utf8')));
    for (const name of ['quantise', 'export']) {
      expect(await run(name, '--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('--run') });
      expect((await run(name)).code).toBe(2);
    }
  });

  it('begins with the weights of a model with --init', async () => {
    const made = recipe('tuned', { epochs: 1 });
    expect((await command('tiny', '--recipe', made, ...place('untuned')).ended).code).toBe(0);
    const init = join(folder, 'untuned-model/model.int8.onnx');
    const { code, stdout } = await command('tiny', '--recipe', made, '--init', init, ...place('tuned')).ended;
    expect(code).toBe(0);
    expect(stdout).toContain(`begins with the weights of: ${init}`);
    const beside = recipe('again', { epochs: 1, init: 'untuned-model/model.onnx' });
    const again = await command('tiny', '--recipe', beside, ...place('again')).ended;
    expect(again.stdout).toContain(`begins with the weights of: ${join(folder, 'untuned-model/model.onnx')}`);
  });

  it('explains itself without a name', async () => {
    expect(await command().ended).toMatchObject({ code: 2, stdout: expect.stringContaining('--resume') });
  });
});
