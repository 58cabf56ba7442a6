/**
 * To the first result in a thread of Node. Each in a process of its own, where nothing is compiled yet; of the package
 * as it is published, for whoever installs it has no TypeScript to translate.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundleScripts } from '../../../packages/inference/pack/bundleScripts.ts';
import { COLD_CASES, type FirstCall } from './coldCases.ts';
import type { ThreadTimes } from './freshThread.ts';
import { inTurns, type Samples } from './inTurns.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export async function inNode(): Promise<Samples<ThreadTimes>> {
  const folder = await mkdtemp(join(tmpdir(), 'rivulet-bench-'));
  try {
    await bundleScripts(folder);
    // As the published one says: else Node compiles a script once more to see whether it is a module.
    await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
    await build({
      ...{ entryPoints: [here('freshThread.ts'), here('threadEngine.ts')], outdir: join(folder, 'bench') },
      ...{ bundle: true, platform: 'node', format: 'esm' },
    });
    const built = (name: string): string => join(folder, 'bench', `${name}.js`);
    const calls = await Promise.all(
      COLD_CASES.map(async ({ bytes, shape }, index): Promise<FirstCall> => {
        const location = join(folder, `model${index}.onnx`);
        await writeFile(location, bytes);
        return { location, shape };
      }),
    );
    return await inTurns(async (engine, index) => {
      const module = engine === 'ort' ? import.meta.resolve('onnxruntime-web/wasm') : join(folder, 'node.js');
      const args = [
        built('freshThread'),
        built('threadEngine'),
        engine,
        module,
        JSON.stringify(calls[index]),
      ];
      return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as ThreadTimes;
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}
