/**
 * `npm run bench -- size`: bytes over the line. What the inference package adds to a page of somebody else that runs
 * a model, and what the first visit to each of our apps fetches and keeps for offline, shell and engine, without the
 * model; apart, what it keeps for offline once the page rests. Needs a build.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPage } from './buildPage.ts';
import { type BuiltFile, builtFiles } from './builtFiles.ts';
import { isFetched, isShell } from './fetchedFiles.ts';

const APPS = ['handwriting', 'forecast'] as const;
export async function bench(): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  const page = await buildPage('fused');
  report('@rivulet/inference', await builtFiles(page.folder), isFetched, figures);
  await page.dispose();
  for (const app of APPS) {
    const folder = fileURLToPath(new URL(`../../apps/${app}/dist`, import.meta.url));
    if (!existsSync(folder)) throw new Error(`apps/${app} is not built: run "npm run build" first`);
    const { first, later } = keptFiles(readFileSync(join(folder, 'sw.js'), 'utf8'));
    const files = await builtFiles(folder);
    report(app, files, (file) => first.has(file) || file === 'sw.js', figures);
    const gzip = files.filter(({ name }) => later.has(name)).reduce((sum, { gzip }) => sum + gzip, 0);
    figures[`${app}, once it rests, gzip`] = gzip;
    console.log(`once the page rests: ${(gzip / 1000).toFixed(1)} kB gzip`);
  }
  return figures;
}

/** What a built service worker keeps: with the first visit, and later. */
function keptFiles(script: string): Record<'first' | 'later', Set<string>> {
  const kept = { first: new Set<string>(), later: new Set<string>() };
  for (const [, list] of script.matchAll(/(\[\{"(?:later|revision)".*?\}\])/g)) {
    for (const { url, later } of JSON.parse(list!)) kept[later ? 'later' : 'first'].add(url);
  }
  if (kept.first.size === 0) throw new Error('sw.js has no list of files');
  return kept;
}

/** Prints a table. */
function report(
  name: string,
  files: readonly BuiltFile[],
  needed: (file: string) => boolean,
  figures: Record<string, number>,
): void {
  const shell = files.filter(({ name }) => /\.(html|js|css|wasm)$/.test(name));
  const counted = shell.filter(({ name }) => isShell(name) && needed(name));
  console.log(`\n${name.padEnd(40)}${['bytes', 'gzip', 'brotli'].map((word) => word.padStart(9)).join('')}`);
  for (const file of shell) {
    const row = [file.bytes, file.gzip, file.brotli].map((n) => String(n).padStart(9)).join('');
    console.log(`${file.name.padEnd(40)}${row}${counted.includes(file) ? '' : '  (on demand)'}`);
  }
  for (const way of ['gzip', 'brotli'] as const) {
    figures[`${name}, ${way}`] = counted.reduce((sum, file) => sum + file[way], 0);
  }
  const kilo = (way: 'gzip' | 'brotli'): string => (figures[`${name}, ${way}`]! / 1000).toFixed(1);
  console.log(`together, one kernel: ${kilo('gzip')} kB gzip, ${kilo('brotli')} kB brotli`);
  for (const { name: path, bytes } of files) {
    if (path.endsWith('.onnx')) figures[`${name}, model`] = bytes;
    if (path.endsWith('.onnx')) console.log(`model: ${(bytes / 1000).toFixed(1)} kB`);
  }
}
