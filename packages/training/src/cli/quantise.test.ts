import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseManifest, readOnnx } from '@rivulet/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;
let run: readonly string[];

function command(script: 'train' | 'quantise', ...args: readonly string[]) {
  const path = fileURLToPath(new URL(`./${script}.ts`, import.meta.url));
  return spawnSync(process.execPath, [path, ...args], { encoding: 'utf8' });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rivulet-quantise-cli-'));
  run = ['tags', '--run', join(folder, 'run'), '--epochs', '1'];
  const { status, stderr } = command('train', ...run, '--threads', '1');
  expect([status, stderr]).toEqual([0, '']);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('npm run quantise', () => {
  it('reports, and writes a model only when ranges are asked for', () => {
    const { status, stdout, stderr } = command('quantise', ...run, '--bits', '16');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Ranges are of 16 bits.');
    const report = JSON.parse(readFileSync(join(folder, 'run/quantise.json'), 'utf8'));
    expect(report).toMatchObject({ bits: 16, samples: 64 });
    for (const { layer, ranges } of report.outputs) {
      expect(stdout).toMatch(new RegExp(`^${layer} .*%.*%.*%.*%.*%`, 'm'));
      expect(Object.keys(ranges)).toEqual(['minmax', 'percentile', 'mse', 'kl']);
    }
    expect(() => readFileSync(join(folder, 'run/calibrated/manifest.json'))).toThrow('ENOENT');
  });

  it('writes a whole model folder whose int8 file has the ranges', () => {
    const { status, stdout, stderr } = command('quantise', ...run, '--ranges', 'percentile');
    expect([status, stderr]).toEqual([0, '']);
    const model = join(folder, 'run', 'calibrated');
    expect(stdout).toContain(model);
    const manifest = parseManifest(JSON.parse(readFileSync(join(model, 'manifest.json'), 'utf8')));
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1)!)).toEqual(manifest.figures);
    const { graph } = readOnnx(readFileSync(join(model, manifest.files.int8.path)));
    expect(graph.nodes.filter(({ op }) => op === 'QuantizeLinear').length).toBeGreaterThan(1);
    // And a run may begin with it.
    const init = ['--init', join(model, manifest.files.int8.path), '--run', join(folder, 'next')];
    const next = command('train', 'tags', '--epochs', '1', '--threads', '1', ...init);
    expect([next.status, next.stderr]).toEqual([0, '']);
    const refused = command('train', 'rivers', '--epochs', '1', '--threads', '1', ...init.slice(0, 2));
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(/^MODEL_SHAPE: .*model\.int8\.onnx: The model is not of this network/);
  });

  it.each([
    [
      'quantise',
      /^ARGUMENT: --ranges is entropy, not minmax, percentile, mse, kl\n$/,
      ['--ranges', 'entropy'],
    ],
    ['quantise', /^ARGUMENT: --bits is 7, not 8 or 16\n$/, ['--bits', '7']],
    ['train', /^ARGUMENT: Unknown option '--ranges'; --help/, ['--ranges', 'mse']],
  ] as const)('%s says what is wrong: %s', (script, message, args) => {
    const { status, stderr } = command(script, 'tags', ...args);
    expect(status).toBe(1);
    expect(stderr).toMatch(message);
  });
});
