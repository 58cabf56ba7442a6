/** The tarball as a developer meets it: what is in it, its types, and a Node program. Pages: pages.spec.ts. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadForecaster, loadModel } from '@rivulet/inference/node';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { parseSync } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATORS } from '../../packages/inference/src/engine/fused/operators/operators.ts';
import { results } from './consumer/results.js';
import { type InstalledProject, installedProject, run } from './installedProject.ts';

const models = fileURLToPath(new URL('../../models/', import.meta.url));

const readme = (): Promise<string> => readFile(join(installed, 'README.md'), 'utf8');

let project: InstalledProject;
let installed: string;
beforeAll(async () => {
  project = await installedProject();
  installed = join(project.folder, 'node_modules/@rivulet/inference');
}, 120_000);
afterAll(() => project?.dispose());

describe('the installed package', () => {
  it('needs nothing else, and brings its licences and README', async () => {
    const names = await readdir(join(project.folder, 'node_modules'));
    expect(names.filter((name) => !name.startsWith('.'))).toEqual(['@rivulet']);
    const texts = await Promise.all(
      ['LICENSE', 'README.md', 'THIRD_PARTY.md'].map((name) => readFile(join(installed, name), 'utf8')),
    );
    expect(texts[0]).toContain('Apache License');
    expect(texts[1]).toContain('@rivulet/inference');
    for (const name of ['comlink', 'valibot']) expect(texts[2]).toContain(`## ${name} `);
  });

  it('has no source and no path of this checkout', async () => {
    const files = (await readdir(installed, { recursive: true })).filter((name) => /\.(ts|js)$/.test(name));
    expect(files.filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))).toEqual([]);
    const checkout = fileURLToPath(new URL('../../', import.meta.url));
    const texts = await Promise.all(files.map((name) => readFile(join(installed, name), 'utf8')));
    expect(files.filter((_, i) => texts[i]!.includes(checkout))).toEqual([]);
  });

  it('has a worker of one part that waits for no other, and imports onnxruntime-web where that was asked for', async () => {
    const textOf = (name: string) => readFile(join(installed, name), 'utf8');
    const importsOf = async (name: string) =>
      parseSync(name, await textOf(name)).module.staticImports.map(
        ({ moduleRequest }) => moduleRequest.value,
      );
    expect(await importsOf('worker/worker.js')).toEqual(['./part-worker.js']);
    expect(await importsOf('worker/part-worker.js')).toEqual([]);
    const files = (await readdir(installed, { recursive: true })).filter((name) => name.endsWith('.js'));
    const texts = await Promise.all(files.map(textOf));
    const importing = files.filter((_, i) => /(import\(|from ?)["'`]onnxruntime-web/.test(texts[i]!));
    // In Node it is imported where it is installed.
    expect(importing.filter((name) => !name.startsWith('node')).map((name) => basename(name))).toEqual([
      'ortWorker.js',
    ]);
  });

  it('is well formed for publint', async () => {
    const { messages, pkg } = await publint({ pkgDir: installed, pack: false, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  it('resolves for attw, every entry and every way that leads to modules', () => {
    run('attw', [project.tarball, '--profile', 'esm-only', '--no-emoji'], project.folder);
  });

  it("has types that hold in a project of Node's, which knows none of the web's", () => {
    const roots = fileURLToPath(new URL('../../node_modules/@types', import.meta.url));
    run('tsc', ['-p', 'tsconfig.server.json', '--typeRoots', roots], project.folder);
  });

  it.each(['bundler', 'nodenext'])('has types that hold and bind under moduleResolution %s', async (how) => {
    const examples = (await readme()).matchAll(/```ts\n(.*?)```/gs);
    for (const [i, [, code]] of [...examples].entries()) {
      await writeFile(join(project.folder, `readme-${i}.ts`), code!);
    }
    run('tsc', ['-p', `tsconfig.${how}.json`], project.folder);
  });
});

describe('its README', () => {
  it('names no operator that the fused engine does not run', async () => {
    const rows = /\n\| cells .*?\n(.*?)\| types /s.exec(await readme())![1]!;
    const names = rows.match(/\b[A-Z]\w+/g)!;
    expect(names.length).toBeGreaterThan(20);
    // Settled when the graph is read.
    const constants = ['Constant', 'DequantizeLinear'];
    const known = new Set([...Object.keys(OPERATORS), ...constants]);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });
});

describe('a Node program', () => {
  // This Node, and the machine's own, which may be older: npm names it.
  const nodes = new Set([process.execPath, process.env.npm_node_execpath ?? process.execPath]);

  it.each([...nodes])('answers under %s what the sources answer, without onnxruntime-web', async (node) => {
    const answers = JSON.parse(run(node, ['program.js', models], project.folder));
    const expected = await results(loadForecaster, loadModel, models);
    expect(answers).toEqual({ ...expected, engine: 'fused', withoutOrt: 'ENGINE_UNAVAILABLE' });
  });

  it('still does when esbuild has made one file of it', async () => {
    const { build } = await import('esbuild');
    const outfile = join(project.folder, 'out/program.mjs');
    await build({
      ...{ absWorkingDir: project.folder, entryPoints: ['program.js'], outfile, logLevel: 'error' },
      ...{ bundle: true, platform: 'node', format: 'esm' },
    });
    const answers = JSON.parse(run(process.execPath, [outfile, models], project.folder));
    expect(answers).toMatchObject({ shape: [20, 1, 95], withoutOrt: 'ENGINE_UNAVAILABLE' });
  });
});
