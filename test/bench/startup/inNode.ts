/**
 * Milliseconds from `new Worker` to the first result in a thread of Node. Each in a process of its own, where nothing
 * is compiled yet; of the package as it is published, for whoever installs it has no TypeScript to translate.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundleScripts } from '../../../packages/inference/pack/bundleScripts.ts';
import { COLD_CASES, type FirstCall } from './coldCases.ts';
import { inTurns, type Samples } from './inTurns.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export async function inNode(): Promise<Samples> {
  const folder = await mkdtemp(join(tmpdir(), 'rivulet-bench-'));
  try {
    await bundleScripts(folder);
    const script = join(folder, 'thread.mjs');
    await build({
      ...{ entryPoints: [here('threadEngine.ts')], outfile: script },
      ...{ bundle: true, platform: 'node', format: 'esm' },
    });
    const calls = await Promise.all(
      COLD_CASES.map(async ({ bytes, shape }, index): Promise<FirstCall> => {
        const location = join(folder, `model${index}.onnx`);
        await writeFile(location, bytes);
        return { location, shape };
      }),
    );
    return await inTurns(async (engine, index) => {
      const module = engine === 'ort' ? import.meta.resolve('onnxruntime-web/wasm') : join(folder, 'node.js');
      const args = [here('freshThread.ts'), script, engine, module, JSON.stringify(calls[index])];
      return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }));
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}
