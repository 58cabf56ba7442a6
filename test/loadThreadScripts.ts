/** Vitest's global setup: fills the compile cache with what the tests' threads may run, before the first one does. */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = new URL('../compileCache.mjs', import.meta.url).href;

export function setup(): void {
  const sources = globSync('packages/{core,kernels,inference,training}/src/**/*.ts', { cwd: root });
  const imports = sources
    // Neither tests nor AssemblyScript, which Node cannot read.
    .filter((path) => !/\.(d|test|as)\.ts$/.test(path))
    .map((path) => `import ${JSON.stringify(pathToFileURL(`${root}${path}`).href)};`);
  // The last name is nowhere: all are read and stripped of their types, and none is run.
  const script = [...imports, "import { none } from 'node:path';"].join('\n');
  const { stderr } = spawnSync(process.execPath, ['--import', cache, '--input-type=module'], {
    input: script,
    encoding: 'utf8',
  });
  if (!stderr.includes("'none'")) throw new Error(`the sources could not all be read:\n${stderr}`);
}
