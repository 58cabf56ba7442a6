/**
 * `npm run train -- <name>`: trains the recipe models/<name>/train.json and exports the best weights beside it.
 * All of the run goes to runs/<name>/. Ctrl+C and SIGTERM save first; `--resume` goes on from there.
 */
import { exportModel } from '../export/exportModel.ts';
import type { Recipe } from '../recipe.ts';
import type { TrainResult } from '../trainEvent.ts';
import { train } from '../trainer.ts';
import { commitOfCode, exportOptions, readRecipe, runCommand } from './command.ts';
import { Progress } from './progress.ts';
import { type TrainArguments, usage } from './trainArguments.ts';

async function trainAndExport(args: TrainArguments): Promise<void> {
  const recipe = readRecipe(args);
  const { name, modelFolder } = args;
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
  const manifest = await exportModel({ ...exportOptions(args), recipe });
  process.stdout.write(`${modelFolder}\n${JSON.stringify(manifest.figures)}\n`);
}

/** The first signal stops after the running step, with a checkpoint; the second stops at once. */
async function trainUntilStopped(
  { dataFolder, runFolder, init, threads, variant, resume, gradientNorms }: TrainArguments,
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
    const from = init === undefined ? {} : { init };
    return await train({ ...options, ...norms, ...from, signal, onEvent });
  } finally {
    // The export saves nothing that a signal could wait for.
    for (const name of signals) process.removeListener(name, stop);
  }
}

await runCommand(usage, trainAndExport);
