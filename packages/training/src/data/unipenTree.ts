/**
 * Samples from the raw UNIPEN tree, as published (train_r01_v07): `data/<category>/<contributor>/*.dat` with the
 * ink in `include/`. Slower than the compact files and without their split, which this one makes for itself.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { RivuletError } from '@rivulet/core';
import { Random } from '../random.ts';
import type { LabelledInk } from './inkSet.ts';
import { parseUnipen, type UnipenSegment } from './parseUnipen.ts';
import type { UnipenCategory } from './unipenLines.ts';

/** Category folders of the tree: 7 contains 6, and 2 covers the isolated characters of 1a to 1d. */
const FOLDER: Record<UnipenCategory, string> = { chars: '2', words: '7', text: '8' };
const KIND: Record<UnipenCategory, string> = { chars: 'CHARACTER', words: 'WORD', text: 'TEXT' };

/** Share of the writers that validate. */
const VAL_SHARE = 0.1;
const SPLIT_SEED = 1995;

/**
 * @param folder the tree's root, which holds `data` and `include`
 * @throws DATA_INVALID naming the file, and the line where one is broken
 */
export async function* unipenTree(
  folder: string,
  category: UnipenCategory,
  split: 'train' | 'val',
): AsyncGenerator<LabelledInk> {
  const top = join(folder, 'data', FOLDER[category]);
  if (!existsSync(top)) throw new RivuletError('DATA_INVALID', `${top} is missing`, { path: top });
  const files = (await readdir(top, { recursive: true })).filter((name) => name.endsWith('.dat')).sort();
  const seen = new Set<string>();
  for (const name of files) {
    const path = join(top, name);
    const text = await readFile(path, 'latin1');
    const included = await readIncludes(folder, text);
    const file = parseUnipen(text, relative(folder, path), (at) => included.get(at));
    const contributor = name.split(/[\\/]/)[0] ?? '';
    const writer = `${contributor}-${file.writer}`;
    // By the person alone: some wrote for several contributors.
    if (splitOf(file.writer || contributor) !== split) continue;
    for (const segment of file.segments) {
      if (segment.kind !== KIND[category] || !usable(segment)) continue;
      const key = `${writer} ${segment.label} ${segment.strokes.map(({ x, y }) => `${Array.from(x)};${Array.from(y)}`).join('|')}`;
      if (seen.has(key)) continue;
      seen.add(key);
      yield { label: segment.label, contributor, writer, ink: segment.strokes };
    }
  }
}

/** Every file that samples of these categories can come from, absolute. */
export async function unipenTreeFiles(
  folder: string,
  categories: readonly UnipenCategory[],
): Promise<string[]> {
  const tops = [...categories.map((category) => join('data', FOLDER[category])), 'include'];
  const found: string[] = [];
  for (const top of tops) {
    const entries = await readdir(join(folder, top), { recursive: true, withFileTypes: true });
    for (const entry of entries) if (entry.isFile()) found.push(join(entry.parentPath, entry.name));
  }
  return found;
}

/** Which part a writer belongs to: the same one on every machine, and in every category. */
function splitOf(writer: string): 'train' | 'val' {
  return Random.fromSeed(SPLIT_SEED).derive(writer).next() < VAL_SHARE ? 'val' : 'train';
}

/** Segments that their contributor marked as bad, left unlabelled or blanked out teach nothing. */
function usable({ quality, label, strokes }: UnipenSegment): boolean {
  if (quality.toUpperCase() === 'BAD' || label === '' || /^X{3,}$/.test(label)) return false;
  return strokes.some(({ x, y }) => Array.from(x).some((value, p) => value !== 0 || y[p] !== 0));
}

/** The texts that a file includes, and those that these include, by the path that names them. */
async function readIncludes(folder: string, text: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const visit = async (source: string): Promise<void> => {
    for (const [, path = ''] of source.matchAll(/^\s*\.INCLUDE\s+(\S+)/gim)) {
      if (found.has(path)) continue;
      const file = join(folder, 'include', path);
      if (!existsSync(file)) continue;
      const included = await readFile(file, 'latin1');
      found.set(path, included);
      await visit(included);
    }
  };
  await visit(text);
  return found;
}
