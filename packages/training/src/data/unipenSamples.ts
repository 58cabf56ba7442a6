/** UNIPEN from whichever form a folder holds: the compact files, or the raw tree as published. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RivuletError } from '@rivulet/core';
import type { LabelledInk } from './inkSet.ts';
import { type UnipenCategory, unipenLines, unipenLinesPath } from './unipenLines.ts';
import { unipenTree, unipenTreeFiles } from './unipenTree.ts';

/**
 * @param folder holds `handwriting/unipen-*.jsonl.gz`, or is the root of the raw tree (`data/` and `include/`)
 * @throws DATA_INVALID where it holds neither, or where a file is broken
 */
export function unipenSamples(
  folder: string,
  category: UnipenCategory,
  split: 'train' | 'val',
): AsyncGenerator<LabelledInk> {
  if (existsSync(join(folder, 'handwriting'))) return unipenLines(folder, category, split);
  if (existsSync(join(folder, 'include'))) return unipenTree(folder, category, split);
  throw new RivuletError(
    'DATA_INVALID',
    `${folder} holds neither handwriting/ with the compact files nor the tree of UNIPEN train_r01_v07: ` +
      'git clone https://github.com/GreenCappuccino/train_r01_v07 brings that (doi 10.5281/zenodo.1195803)',
    { path: folder },
  );
}

/** The files that samples come from, absolute; of the raw tree all that its categories can reach. */
export async function unipenFiles(
  folder: string,
  parts: readonly { readonly category: UnipenCategory; readonly split: 'train' | 'val' }[],
): Promise<string[]> {
  if (existsSync(join(folder, 'handwriting'))) {
    return parts.map(({ category, split }) => unipenLinesPath(folder, category, split));
  }
  return unipenTreeFiles(folder, [...new Set(parts.map(({ category }) => category))]);
}
