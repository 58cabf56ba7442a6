/** Makes the folder that is published as `@rivulet/inference`, and the tarball of it that `npm publish` would send. */
import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleScripts } from './bundleScripts.ts';
import { collectTypes } from './collectTypes.ts';
import { publishedManifest } from './publishedManifest.ts';
import { thirdPartyNotices } from './thirdPartyNotices.ts';

const inference = fileURLToPath(new URL('../', import.meta.url));
const repository = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * @param into a folder that gets `package/`, anew, and the tarball
 * @returns path of the tarball
 */
export async function packPackage(into: string): Promise<string> {
  const folder = join(into, 'package');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const modules = await bundleScripts(folder);
  await collectTypes(['web.ts', 'ort.ts', 'node.ts'], join(folder, 'types'));
  await writeFile(join(folder, 'THIRD_PARTY.md'), await thirdPartyNotices(modules));
  const sources = JSON.parse(await readFile(join(inference, 'package.json'), 'utf8'));
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(publishedManifest(sources), null, 2)}\n`);
  await copyFile(join(repository, 'LICENSE'), join(folder, 'LICENSE'));
  await copyFile(join(inference, 'README.md'), join(folder, 'README.md'));
  const { status, stdout, stderr } = spawnSync('npm', ['pack', '--json', '--pack-destination', into], {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`npm pack failed:\n${stderr}`);
  return join(into, JSON.parse(stdout)[0].filename);
}
