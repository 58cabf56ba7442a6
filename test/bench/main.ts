/**
 * `npm run bench -- <name> [--json]`: measures, and with --json prints one object of names and numbers last.
 * Adding one: a file that exports `bench`, and `PARTS` where it can be asked for some of it; a line in this table.
 */
import { parseArgs } from 'node:util';
import { RivuletError } from '@rivulet/core';
import { runMain } from '../runMain.ts';

interface Bench {
  bench(args: readonly string[]): Promise<Record<string, number>>;
  /** What may be asked for behind its name; absent: nothing. */
  readonly PARTS?: readonly string[];
}

const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  adapt: () => import('./adapt.ts'),
  engine: () => import('./engine.ts'),
  startup: () => import('./startup.ts'),
  size: () => import('./size.ts'),
  memory: () => import('./memory.ts'),
  border: () => import('./border.ts'),
  frame: () => import('./frame.ts'),
  stroke: () => import('./stroke.ts'),
  streams: () => import('./streams.ts'),
  webgpu: () => import('./webgpu.ts'),
  training: () => import('./training.ts'),
  operators: () => import('./operators.ts'),
  ranges: () => import('./ranges.ts'),
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false } },
  });
  const [name = '', ...asked] = positionals;
  const open = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  if (!open) {
    process.stderr.write(`npm run bench -- <${Object.keys(BENCHES).join('|')}> [--json]\n`);
    process.exitCode = 2;
    return;
  }
  const { bench, PARTS = [] } = await open();
  const unknown = asked.find((part) => !PARTS.includes(part));
  if (unknown !== undefined) {
    const parts = PARTS.length > 0 ? `by ${PARTS.join(', ')}, or as a whole` : 'as a whole';
    throw new RivuletError('ARGUMENT', `${name} has no part ${unknown}: it runs ${parts}`, { unknown });
  }
  const figures = await bench(asked);
  if (values.json) console.log(JSON.stringify(figures));
}

await runMain(main);
