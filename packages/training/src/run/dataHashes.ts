/** What a run learned from, by the sha256 of its files: other data under the same names does not go unseen. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { RivuletError } from '@rivulet/core';

/** By path from the data folder; more files than these share one hash. */
export type DataHashes = Readonly<Record<string, string>>;

const MOST_LISTED = 64;

/**
 * @param files absolute paths
 * @throws DATA_INVALID for a file that cannot be read
 */
export async function dataHashes(files: readonly string[], dataFolder: string): Promise<DataHashes> {
  const hashes: Record<string, string> = {};
  for (const file of [...files].sort()) {
    hashes[relative(dataFolder, file).split(sep).join('/')] = await fileHash(file);
  }
  if (files.length <= MOST_LISTED) return hashes;
  return { [`${files.length} files`]: combinedHash(hashes) };
}

/** One hash of all files and their names. */
export function combinedHash(hashes: DataHashes): string {
  const lines = Object.entries(hashes).map(([file, hash]) => `${hash}  ${file}\n`);
  return createHash('sha256').update(lines.join('')).digest('hex');
}

/** @throws DATA_INVALID for a file that cannot be read */
async function fileHash(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(file), hash);
  } catch (cause) {
    throw new RivuletError(
      'DATA_INVALID',
      `${file} cannot be read: ${(cause as Error).message}`,
      { path: file },
      cause,
    );
  }
  return hash.digest('hex');
}
