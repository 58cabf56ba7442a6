/** The licences of the packages whose code a bundle carries: each asks to be named with it. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** @param modules paths of the bundled modules */
export async function thirdPartyNotices(modules: Iterable<string>): Promise<string> {
  const folders = new Set<string>();
  for (const module of modules) {
    const folder = /^.*[/\\]node_modules[/\\](@[^/\\]+[/\\])?[^/\\]+/.exec(module)?.[0];
    if (folder) folders.add(folder);
  }
  const notices = await Promise.all([...folders].sort().map(noticeOf));
  return `# Third-party code in this package\n\n${notices.join('\n')}`;
}

async function noticeOf(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) throw new Error(`${name} brings no licence that could be published with it`);
  const text = await readFile(join(folder, file), 'utf8');
  return `## ${name} ${version} (${license})\n\n\`\`\`\n${text.trim()}\n\`\`\`\n`;
}
