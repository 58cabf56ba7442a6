/**
 * Compiles the AssemblyScript entries into build/: each one twice, for plain and for relaxed SIMD. And puts the WGSL of
 * the WebGPU kernels together: one file to fetch, which a browser compiles.
 *
 * `train` and `infer` are separate binaries so that a page that only runs models never loads the training
 * kernels. The plain binary computes the same bits on every processor; the relaxed one may fuse multiply and
 * add, which is a third faster and differs between processors in the last bit.
 */
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
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
  if (target === IN_SCRIPTS) await write('infer.relaxed.ts', new TextEncoder().encode(asScript(bytes)));
  return write(target, bytes);
}

/** What scripts of the web carry inside themselves, see inferBinaries.web.ts. */
const IN_SCRIPTS = 'infer.relaxed.wasm';

const asScript = (bytes: Uint8Array): string =>
  `/** ${IN_SCRIPTS} in base64. */\nexport const inferRelaxed =\n  '${Buffer.from(bytes).toString('base64')}';\n`;

async function write(target: string, bytes: Uint8Array): Promise<string> {
  // Written beside and renamed: whoever loads the binary meanwhile sees the old one or the new one, never half.
  const path = join(here, 'build', target);
  await writeFile(`${path}.${process.pid}`, bytes);
  await rename(`${path}.${process.pid}`, path);
  return `${target} ${(bytes.length / 1024).toFixed(1)} kB`;
}

/** Without comments and indents: they would be a third of what is fetched. */
async function joinWgsl(): Promise<string> {
  const folder = join(here, 'src', 'webgpu');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.wgsl')).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  const lines = texts
    .flatMap((text) => text.split('\n'))
    .map((line) => line.replace(/\/\/.*/, '').trim())
    .filter(Boolean);
  return write('webgpu.wgsl', new TextEncoder().encode(`${lines.join('\n')}\n`));
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

await mkdir(join(here, 'build'), { recursive: true });
// `node build.ts train` makes only the training kernels.
const given = process.argv.slice(2);
const wanted = given.length > 0 ? given : ['train', 'infer', 'webgpu'];
if (wanted.includes('webgpu')) console.log(await joinWgsl());
for (const entry of wanted) {
  if (!(await exists(join(here, 'src', `${entry}.as.ts`)))) continue;
  for (const variant of Object.keys(variants) as (keyof typeof variants)[]) {
    console.log(await compile(entry, variant));
  }
}
