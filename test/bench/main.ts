/**
 * `npm run bench -- <name> [--json]`: measures, and with --json prints one object of names and numbers last.
 * Adding one: a file that exports `bench`, a line in this table.
 */
import { parseArgs } from 'node:util';

type Bench = (args: readonly string[]) => Promise<Record<string, number>>;

const BENCHES: Readonly<Record<string, () => Promise<{ readonly bench: Bench }>>> = {
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

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
});
const [name = '', ...rest] = positionals;
const open = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
if (!open) {
  console.error(`npm run bench -- <${Object.keys(BENCHES).join('|')}> [--json]`);
  process.exit(1);
}
const figures = await (await open()).bench(rest);
if (values.json) console.log(JSON.stringify(figures));
