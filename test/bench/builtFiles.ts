/** What a built page weighs: every file of a folder, as it is and as a server sends it. */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

export interface BuiltFile {
  /** Relative to the folder, with forward slashes. */
  readonly name: string;
  readonly bytes: number;
  readonly gzip: number;
  readonly brotli: number;
}

export async function builtFiles(folder: string): Promise<BuiltFile[]> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => extname(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const bytes = await readFile(join(folder, name));
      return {
        name: name.replaceAll('\\', '/'),
        bytes: bytes.length,
        gzip: gzipSync(bytes, { level: 9 }).length,
        brotli: brotliCompressSync(bytes).length,
      };
    }),
  );
}
