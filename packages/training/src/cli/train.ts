/**
 * `npm run train -- <name>`: trains the recipe models/<name>/train.json and exports the best weights beside it.
 * Checkpoints and the log go to runs/<name>/. Ctrl+C and SIGTERM save first; `--resume` goes on from there.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { RivuletError } from '@rivulet/core';
import { exportModel } from '../export/exportModel.ts';
import type { KernelVariant } from '../parallel/protocol.ts';
import { parseRecipe, type Recipe } from '../recipe.ts';
import { train } from '../trainer.ts';
import { Progress } from './progress.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

const USAGE = `npm run train -- <name> [options]

  --resume         go on from the last checkpoint of runs/<name>
  --threads <n>    training threads (2)
  --data <folder>  the data (RIVULET_DATA, or ../shared/data beside the repository)
  --recipe <file>  other than models/<name>/train.json
  --epochs <n>     other than the recipe's
  --out <folder>   where the model goes (models/<name>)
  --run <folder>   where checkpoints and log go (runs/<name>)
  --simd <kind>    auto, plain (the same bits on every processor) or relaxed (auto)
  --export-only    export runs/<name>/best.ckpt and stop
`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      resume: { type: 'boolean', default: false },
      threads: { type: 'string', default: '2' },
      data: { type: 'string' },
      recipe: { type: 'string' },
      epochs: { type: 'string' },
      out: { type: 'string' },
      run: { type: 'string' },
      simd: { type: 'string', default: 'auto' },
      'export-only': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [name, ...others] = positionals;
  if (values.help || !name || others.length > 0) {
    process.stdout.write(USAGE);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const modelFolder = resolve(values.out ?? join(ROOT, 'models', name));
  const runFolder = resolve(values.run ?? join(ROOT, 'runs', name));
  const recipe = readRecipe(values.recipe ?? join(ROOT, 'models', name, 'train.json'), values.epochs);
  const dataFolder = resolve(values.data ?? process.env.RIVULET_DATA ?? join(ROOT, '../shared/data'));
  if (!existsSync(dataFolder)) {
    throw new RivuletError('DATA_INVALID', `There is no data folder ${dataFolder}; --data names another`, {
      dataFolder,
    });
  }
  mkdirSync(runFolder, { recursive: true });

  if (!values['export-only']) {
    const progress = new Progress(process.stdout, join(runFolder, 'log.jsonl'));
    progress.line(`${name}: reading the data and opening the threads`);
    const result = await train({
      recipe,
      dataFolder,
      runFolder,
      threads: positive('threads', values.threads),
      variant: variantOf(values.simd),
      resume: values.resume,
      signal: stopSignal(progress),
      onEvent: progress.handle,
    });
    if (!result.finished) {
      progress.line(`stopped at step ${result.step} of ${result.totalSteps}; --resume goes on`);
      process.exitCode = 130;
      return;
    }
  }
  const manifest = await exportModel({
    name,
    recipe,
    dataFolder,
    runFolder,
    modelFolder,
    commit: headCommit(),
    date: new Date().toISOString().slice(0, 10),
  });
  process.stdout.write(`${modelFolder}\n${JSON.stringify(manifest.figures)}\n`);
}

function readRecipe(path: string, epochs: string | undefined): Recipe {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new RivuletError('RECIPE_INVALID', `${path} cannot be read: ${cause}`, { path }, cause);
  }
  const recipe = parseRecipe(json);
  return epochs === undefined ? recipe : { ...recipe, epochs: positive('epochs', epochs) };
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new RivuletError('ARGUMENT', `--${option} is ${text}, not a whole number above 0`, {
    option,
    got: text,
  });
}

function variantOf(text: string): KernelVariant {
  if (text === 'auto' || text === 'plain' || text === 'relaxed') return text;
  throw new RivuletError('ARGUMENT', `--simd is ${text}, not auto, plain or relaxed`, { got: text });
}

/** The first signal stops after the running step, with a checkpoint; the second stops at once. */
function stopSignal(progress: Progress): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      progress.line(`${signal}: saving`);
      controller.abort();
    });
  }
  return controller.signal;
}

function headCommit(): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof RivuletError)) throw error;
  process.stderr.write(`${error.code}: ${error.message}\n`);
  process.exitCode = 1;
}
