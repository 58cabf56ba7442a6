/**
 * What a page of somebody else fetches to run a model: one script for the worker, which waits for no other, nothing of
 * onnxruntime-web, and no more bytes than were promised.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSync } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BuiltPage, buildPage } from '../bench/buildPage.ts';
import { type BuiltFile, builtFiles } from '../bench/builtFiles.ts';
import { isFetched, isShell } from '../bench/fetchedFiles.ts';

/** Engine in WebAssembly and JavaScript as a server sends it. */
const MOST_BYTES = 60_000;

let page: BuiltPage;
let files: BuiltFile[];
beforeAll(async () => {
  page = await buildPage('fused');
  files = await builtFiles(page.folder);
}, 60_000);
afterAll(() => page?.dispose());

const textOf = (name: string): Promise<string> => readFile(join(page.folder, name), 'utf8');
const scripts = (): string[] => files.map(({ name }) => name).filter((name) => name.endsWith('.js'));

it('the worker is one script, which waits for no other', async () => {
  const workers = scripts().filter((name) => /\/worker-/.test(name));
  expect(workers).toHaveLength(1);
  const [worker = ''] = workers;
  const { module } = parseSync(worker, await textOf(worker));
  const reexported = module.staticExports.flatMap(({ entries }) =>
    entries.map((entry) => entry.moduleRequest),
  );
  const waitedFor = [...module.staticImports.map(({ moduleRequest }) => moduleRequest), ...reexported];
  expect(waitedFor.flatMap((request) => request?.value ?? [])).toEqual([]);
});

it('a page that did not ask for onnxruntime-web has nothing of it', async () => {
  for (const name of scripts()) {
    // Our own words for it stand in messages; these are its code's and its files'.
    expect(await textOf(name), name).not.toMatch(/ort-wasm|OrtRun|_OrtCreateSession|onnxruntime-common/);
  }
  expect(files.filter(({ name }) => name.endsWith('.wasm')).map(({ name }) => name)).toEqual([
    expect.stringContaining('infer.plain'),
    expect.stringContaining('infer.relaxed'),
  ]);
  const all = files.reduce((sum, { gzip }) => sum + gzip, 0);
  expect(all, 'with all that is fetched on demand').toBeLessThan(3 * MOST_BYTES);
});

it('what it fetches for a recurrent model is not larger than promised', () => {
  const fetched = files.filter(({ name }) => isShell(name) && isFetched(name));
  expect(fetched.map(({ name }) => name.replace(/-[\w-]{8}\./, '.'))).toEqual(
    expect.arrayContaining([
      'assets/infer.relaxed.wasm',
      'assets/worker.js',
      'assets/fused.js',
      'fused.html',
    ]),
  );
  expect(fetched.reduce((sum, { gzip }) => sum + gzip, 0)).toBeLessThan(MOST_BYTES);
});
