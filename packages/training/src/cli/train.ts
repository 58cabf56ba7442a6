/**
 * `npm run train -- <name>`: trains the recipe models/<name>/train.json and exports the best weights beside it.
 * All of the run goes to runs/<name>/. Ctrl+C and SIGTERM save first; `--resume` goes on from there.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { RivuletError } from '@rivulet/core';
import { exportModel } from '../export/exportModel.ts';
import { parseRecipe, type Recipe } from '../recipe.ts';
import type { TrainResult } from '../trainEvent.ts';
import { train } from '../trainer.ts';
import { Progress } from './progress.ts';
import { parseTrainArguments, ROOT, recipeNames, type TrainArguments, usage } from './trainArguments.ts';

async function main(): Promise<void> {
  const args = parseTrainArguments(process.argv.slice(2));
  if (args === 'help' || args === 'usage') {
    process.stdout.write(usage());
    process.exitCode = args === 'help' ? 0 : 2;
    return;
  }
  const recipe = readRecipe(args);
  const { name, dataFolder, runFolder, modelFolder } = args;
  if (!args.exportOnly) {
    const progress = new Progress(process.stdout);
    progress.line(`${name}: reading the data and opening the threads`);
    const result = await trainUntilStopped(args, recipe, progress);
    if (!result.finished) {
      progress.line(`stopped at step ${result.step} of ${result.totalSteps}; --resume goes on`);
      process.exitCode = 130;
      return;
    }
    progress.line('exporting the best weights');
  }
  const commit = commitOfCode();
  const date = new Date().toISOString().slice(0, 10);
  const manifest = await exportModel({ name, recipe, dataFolder, runFolder, modelFolder, commit, date });
  process.stdout.write(`${modelFolder}\n${JSON.stringify(manifest.figures)}\n`);
}

function readRecipe({ name, recipe: path, epochs }: TrainArguments): Recipe {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const message = missing
      ? `There is no recipe ${path} for ${name}; models with one: ${recipeNames().join(', ')}`
      : `${path} cannot be read: ${(cause as Error).message}`;
    throw new RivuletError('RECIPE_INVALID', message, { path, name }, cause);
  }
  const recipe = parseRecipe(json);
  return epochs === undefined ? recipe : { ...recipe, epochs };
}

/** The first signal stops after the running step, with a checkpoint; the second stops at once. */
async function trainUntilStopped(
  { dataFolder, runFolder, threads, variant, resume, gradientNorms }: TrainArguments,
  recipe: Recipe,
  progress: Progress,
): Promise<TrainResult> {
  const controller = new AbortController();
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const stop = (signal: NodeJS.Signals): void => {
    progress.line(`${signal}: saving`);
    controller.abort();
    for (const name of signals) process.removeListener(name, stop);
  };
  for (const name of signals) process.once(name, stop);
  try {
    const { signal } = controller;
    const onEvent = progress.handle;
    const options = { recipe, dataFolder, runFolder, threads, variant, resume, commit: commitOfCode() };
    const norms = gradientNorms === undefined ? {} : { gradientNorms };
    return await train({ ...options, ...norms, signal, onEvent });
  } finally {
    // The export saves nothing that a signal could wait for.
    for (const name of signals) process.removeListener(name, stop);
  }
}

/** `<sha>`, with `-dirty` where files differ from it. */
function commitOfCode(): string {
  const describe = ['describe', '--always', '--dirty', '--abbrev=40', '--exclude=*'];
  try {
    return execFileSync('git', describe, { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return 'unknown';
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof RivuletError)) throw error;
  process.stderr.write(`${error.code}: ${error.message}\n`);
  if (error.code === 'DATA_INVALID') {
    process.stderr.write(
      '--data <folder> or RIVULET_DATA says where the data is; CONTRIBUTING.md, what belongs there\n',
    );
  }
  process.exitCode = 1;
}
