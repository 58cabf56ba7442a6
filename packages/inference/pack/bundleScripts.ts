/**
 * The JavaScript of the published package, with core, kernels and every dependency but onnxruntime-web inside: a
 * page without a bundler can resolve no names of packages.
 *
 * - `web.js` and `ort.js` are the entries for pages; `worker/` has their workers, the kernels of relaxed SIMD inside,
 *   and beside them those of plain SIMD and of WebGPU. They find each other by `new URL('./...', import.meta.url)`, as
 *   Vite, webpack and browsers understand it.
 * - `inline.js` is `web.js` with worker and kernels inside, for bundlers that leave such addresses as they are.
 * - `node.js` is the entry for Node, `node/` what it imports: what every model needs in one file, with the kernels
 *   inside, so that a bundled server has no file to lose. What only some programs ask for lies beside it, for a fresh
 *   thread compiles 20 kB of script a millisecond.
 */
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type OutputChunk, type OutputOptions, rolldown } from 'rolldown';
import { type NewUrls, newUrls } from './newUrls.ts';
import { workerOutput } from './workerOutput.ts';

const src = fileURLToPath(new URL('../src/', import.meta.url));

/** WebAssembly SIMD and module workers ask for newer browsers than this: nobody has to compile the package again. */
const TARGET = 'es2022';

/** What a bundle may look for outside itself. */
const EXTERNAL = /^(node:|onnxruntime-web)/;

const SCRIPT_ADDRESS = JSON.stringify(fileURLToPath(new URL('./scriptAddress.ts', import.meta.url)));

const noKernels = (path: string): never => {
  throw new Error(`${path} is for a worker, not for the page that starts it`);
};
const noWorker = (path: string): never => {
  throw new Error(`${path} is started by a script that does not run in a page`);
};
const inItself = (path: string, bytes: Buffer): string =>
  `data:${path.endsWith('.wasm') ? 'application/wasm' : 'text/plain'};base64,${bytes.toString('base64')}`;

/**
 * @param into the folder that is to be published
 * @returns paths of all modules that went in
 */
export async function bundleScripts(into: string): Promise<Set<string>> {
  const kernels = new Map<string, Buffer>();
  const kernelBeside = (path: string, bytes: Buffer): string => {
    kernels.set(basename(path), bytes);
    return `./${basename(path)}`;
  };
  const workerBeside = (path: string) => ({
    expression: `new URL('./worker/${basename(path, '.ts')}.js', import.meta.url)`,
  });

  const workers = await bundle(
    ['worker/worker.ts', 'worker/ortWorker.ts'],
    { kernel: kernelBeside, worker: noWorker },
    { dir: join(into, 'worker'), ...workerOutput },
  );
  for (const [name, bytes] of kernels) await writeFile(join(into, 'worker', name), bytes);
  const pages = await bundle(
    ['web.ts', 'ort.ts'],
    { kernel: noKernels, worker: workerBeside },
    { dir: into },
  );

  const whole = await bundle(
    ['worker/worker.ts'],
    { kernel: inItself, worker: noWorker },
    { codeSplitting: false },
  );
  const script = whole[0]!.code;
  const workerInside = () => ({
    imports: `import { scriptAddress } from ${SCRIPT_ADDRESS};\n`,
    expression: `scriptAddress(${JSON.stringify(script)})`,
  });
  const inline = await bundle(
    ['web.ts'],
    { kernel: noKernels, worker: workerInside },
    { dir: into, entryFileNames: 'inline.js', codeSplitting: false },
  );

  const node = await bundle(
    ['node.ts'],
    { kernel: inItself, worker: noWorker },
    {
      dir: into,
      chunkFileNames: 'node/[name].js',
      codeSplitting: { groups: [{ name: 'model', tags: ['$initial'] }] },
    },
  );
  return new Set([workers, pages, whole, inline, node].flat().flatMap(({ moduleIds }) => moduleIds));
}

/** @param output without a folder, nothing is written */
async function bundle(
  input: readonly string[],
  urls: NewUrls,
  output: OutputOptions,
): Promise<readonly OutputChunk[]> {
  const building = await rolldown({
    input: Object.fromEntries(input.map((path) => [basename(path, '.ts'), join(src, path)])),
    external: EXTERNAL,
    platform: input.includes('node.ts') ? 'node' : 'browser',
    plugins: [newUrls(urls)],
    transform: { target: TARGET },
    // A worker's script must not be what its later parts import: by another address it would run a second time.
    preserveEntrySignatures: 'strict',
    // It warns of a plugin's share of a build that lasts for seconds, which on a busy machine every build does.
    checks: { pluginTimings: false },
    onLog(level, log) {
      // What a bundler only warns of is somebody's page that does not start.
      if (level === 'warn') throw new Error(log.message);
    },
  });
  try {
    const options: OutputOptions = {
      format: 'esm',
      minify: true,
      chunkFileNames: 'part-[name].js',
      ...output,
    };
    const { output: files } = await (options.dir ? building.write(options) : building.generate(options));
    return files.filter((file) => file.type === 'chunk');
  } finally {
    await building.close();
  }
}
