/**
 * What `new URL('./file', import.meta.url)` becomes in the published package. The sources point at each other across
 * folders and packages; what is published points at files that lie beside it, or carries them.
 */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Plugin } from 'rolldown';

export interface NewUrls {
  /** The address of a kernel binary or of the kernels' WGSL, relative to the bundle or whole. */
  kernel(path: string, bytes: Buffer): string;
  /** The expression for a worker's address, with what has to be imported for it. */
  worker(path: string): { readonly imports?: string; readonly expression: string };
}

const NEW_URL = /new URL\('([^']+)', import\.meta\.url\)/g;

/** @throws Error for kernels that are not built, and for an address of anything but kernels or a script */
export function newUrls({ kernel, worker }: NewUrls): Plugin {
  return {
    name: 'new-urls',
    async transform(code, id) {
      let imports = '';
      let out = '';
      let end = 0;
      for (const { 0: whole, 1: address = '', index } of code.matchAll(NEW_URL)) {
        const path = join(dirname(id), address);
        let expression: string;
        if (/\.(wasm|wgsl)$/.test(path)) {
          const made = kernel(path, await readBinary(path));
          // What is whole needs no base; a classic script, as esbuild may make one, has none.
          expression = made.startsWith('data:')
            ? `new URL(${JSON.stringify(made)})`
            : whole.replace(address, made);
        } else if (path.endsWith('.ts')) {
          const made = worker(path);
          imports += made.imports ?? '';
          expression = made.expression;
        } else {
          throw new Error(`${id} points at ${address}, which is neither kernels nor a worker's script`);
        }
        out += code.slice(end, index) + expression;
        end = index + whole.length;
      }
      return end === 0 ? null : { code: imports + out + code.slice(end) };
    },
  };
}

async function readBinary(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new Error(`${basename(path)} could not be read: "npm run build" makes it`, { cause });
  }
}
