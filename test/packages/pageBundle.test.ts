/**
 * What a page of somebody else fetches to run a model: one script for the worker, which waits for no other, nothing of
 * onnxruntime-web, and no more bytes than were promised.
 */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parseSync } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BuiltPage, buildPage } from '../bench/buildPage.ts';
import { isFetched, isShell } from '../bench/fetchedFiles.ts';

/** Engine in WebAssembly and JavaScript as a server sends it. */
const MOST_BYTES = 60_000;

let page: BuiltPage;
let files: Map<string, Buffer>;
beforeAll(async () => {
  page = await buildPage('fused');
  const names = (await readdir(page.folder, { recursive: true })).filter((name) => extname(name));
  const read = async (name: string) =>
    [name.replaceAll('\\', '/'), await readFile(join(page.folder, name))] as const;
  files = new Map(await Promise.all(names.map(read)));
}, 120_000);
afterAll(() => page?.dispose());

const named = (kind: string): string[] => [...files.keys()].filter((name) => name.endsWith(kind)).sort();
const gzipped = (names: readonly string[]): number =>
  names.reduce((sum, name) => sum + gzipSync(files.get(name)!, { level: 9 }).length, 0);

it('the worker is one script, which waits for no other', () => {
  const workers = named('.js').filter((name) => /\/worker-/.test(name));
  expect(workers).toHaveLength(1);
  const [worker = ''] = workers;
  const { module } = parseSync(worker, String(files.get(worker)));
  const reexported = module.staticExports.flatMap(({ entries }) =>
    entries.map((entry) => entry.moduleRequest),
  );
  const waitedFor = [...module.staticImports.map(({ moduleRequest }) => moduleRequest), ...reexported];
  expect(waitedFor.flatMap((request) => request?.value ?? [])).toEqual([]);
});

it('a page that did not ask for onnxruntime-web has nothing of it', () => {
  // Our own words for it stand in messages; these are its code's and its files'.
  const itsOwn = /ort-wasm|OrtRun|_OrtCreateSession|onnxruntime-common/;
  expect(named('.js').filter((name) => itsOwn.test(String(files.get(name))))).toEqual([]);
  // The kernels of relaxed SIMD stand in the worker's script.
  expect(named('.wasm')).toEqual([expect.stringContaining('infer.plain')]);
  expect(gzipped([...files.keys()]), 'with all that is fetched on demand').toBeLessThan(3 * MOST_BYTES);
});

it('what it fetches for a recurrent model is not larger than promised', () => {
  const fetched = [...files.keys()].filter((name) => isShell(name) && isFetched(name));
  expect(fetched.map((name) => name.replace(/-[\w-]{8}\./, '.'))).toEqual(
    expect.arrayContaining(['assets/worker.js', 'assets/fused.js', 'fused.html']),
  );
  expect(gzipped(fetched)).toBeLessThan(MOST_BYTES);
});
