/**
 * `npm run evaluate -- <name> [options]`: measures what a model is worth. Each evaluation is a file of this
 * folder that exports `evaluate(args)`; with `--json` its last line is one object of names and numbers.
 */

import { existsSync, readFileSync } from 'node:fs';
import { RivuletError } from '@rivulet/core';
import { runMain } from '../runMain.ts';

const NAMES = ['adapt', 'forecast', 'handwriting', 'parity', 'run', 'segmentation'];

async function main(): Promise<void> {
  const [name, ...args] = process.argv.slice(2);
  if (name === undefined || !NAMES.includes(name)) {
    process.stdout.write(`npm run evaluate -- <${NAMES.join('|')}> [--json]\n`);
    process.exitCode = 2;
    return;
  }
  const file = new URL(`./${name}.ts`, import.meta.url);
  if (!existsSync(file)) throw new RivuletError('INTERNAL', `There is no evaluation ${name}`, { name });
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(usageOf(file));
    return;
  }
  const { evaluate } = (await import(file.href)) as { evaluate(args: readonly string[]): Promise<void> };
  await evaluate(args);
}

/** The comment that an evaluation begins with says how it is called. */
function usageOf(file: URL): string {
  const [, comment = ''] = /^\/\*\*\n(.*?)\n \*\//s.exec(readFileSync(file, 'utf8')) ?? [];
  return `${comment.replaceAll(/^ \* ?/gm, '')}\n`;
}

await runMain(main, '; --help lists the options');
