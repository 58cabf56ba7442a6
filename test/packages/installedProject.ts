/** A project of somebody else, outside the workspace, with our package installed from its tarball. */
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packPackage } from '../../packages/inference/pack/packPackage.ts';

export interface InstalledProject {
  readonly folder: string;
  readonly tarball: string;
  /** What the user of `@rivulet/inference/ort` installs too. */
  addOrt(): Promise<void>;
  dispose(): Promise<void>;
}

export async function installedProject(): Promise<InstalledProject> {
  const root = await mkdtemp(join(tmpdir(), 'rivulet-consumer-'));
  const folder = join(root, 'project');
  const tarball = await packPackage(join(root, 'packed'));
  await cp(fileURLToPath(new URL('./consumer', import.meta.url)), folder, { recursive: true });
  run('npm', ['init', '--yes', '--init-type=module'], folder);
  // The tarball has no dependencies: nothing is left to ask a registry for.
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball], folder);
  return {
    folder,
    tarball,
    addOrt() {
      const entry = fileURLToPath(import.meta.resolve('onnxruntime-web/wasm'));
      const installed = entry.slice(0, entry.indexOf(`${sep}dist${sep}`));
      return symlink(installed, join(folder, 'node_modules', 'onnxruntime-web'), 'junction');
    },
    dispose: () => rm(root, { recursive: true }),
  };
}

/** @returns what it printed; @throws Error with all of that when it fails */
export function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error ?? stdout + stderr}`);
  return stdout;
}
