/**
 * Compiles the AssemblyScript entries into build/: each one twice, for plain and for relaxed SIMD.
 *
 * `train` and `infer` are separate binaries so that a page that only runs models never loads the training
 * kernels. The plain binary computes the same bits on every processor; the relaxed one may fuse multiply and
 * add, which is a third faster and differs between processors in the last bit.
 */
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';

const here = import.meta.dirname;
const variants = { plain: [], relaxed: ['--enable', 'relaxed-simd'] } as const;

async function compile(entry: string, variant: keyof typeof variants): Promise<string> {
  const target = `${entry}.${variant}.wasm`;
  const files = new Map<string, Uint8Array>();
  const { error, stderr } = await asc.main(
    [
      `src/${entry}.as.ts`,
      ...['--baseDir', here, '--outFile', target, '--runtime', 'stub', '-O3', '--noAssert', '--converge'],
      ...['--enable', 'simd', ...variants[variant]],
    ],
    {
      writeFile(name, contents) {
        files.set(name, typeof contents === 'string' ? new TextEncoder().encode(contents) : contents);
      },
    },
  );
  const bytes = files.get(target);
  if (error || !bytes) throw new Error(`${target}: ${error?.message ?? 'no output'}\n${stderr.toString()}`);
  // Written beside and renamed: whoever loads the binary meanwhile sees the old one or the new one, never half.
  const path = join(here, 'build', target);
  await writeFile(`${path}.${process.pid}`, bytes);
  await rename(`${path}.${process.pid}`, path);
  return `${target} ${(bytes.length / 1024).toFixed(1)} kB`;
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

await mkdir(join(here, 'build'), { recursive: true });
// `node build.ts train` makes only the training kernels.
const wanted = process.argv.slice(2);
for (const entry of wanted.length > 0 ? wanted : ['train', 'infer']) {
  if (!(await exists(join(here, 'src', `${entry}.as.ts`)))) continue;
  for (const variant of Object.keys(variants) as (keyof typeof variants)[]) {
    console.log(await compile(entry, variant));
  }
}
