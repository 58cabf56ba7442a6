/** A Vite plugin that lays a `.gz` and a `.br` beside every text and kernel of a build, for servers that send those. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

const WORTH_IT = /\.(html|js|css|json|svg|wasm)$/;

export function precompress(): Plugin {
  return {
    name: 'rivulet-precompress',
    apply: 'build',
    writeBundle({ dir }, bundle) {
      for (const [file, output] of Object.entries(bundle)) {
        if (!WORTH_IT.test(file)) continue;
        const bytes = Buffer.from(output.type === 'chunk' ? output.code : output.source);
        writeFileSync(join(dir!, `${file}.gz`), gzipSync(bytes, { level: 9 }));
        writeFileSync(join(dir!, `${file}.br`), brotliCompressSync(bytes));
      }
    },
  };
}
