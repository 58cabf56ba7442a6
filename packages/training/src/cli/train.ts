/**
 * `npm run train -- <name>`: trains the recipe models/<name>/train.json and exports the best weights beside it;
 * `npm run train -- <recipe>.json` any other. All of the run goes to runs/<name>/, its figures among it. Ctrl+C and
 * SIGTERM save first; `--resume` goes on from there.
 */
import { dirname, resolve } from 'node:path';
import { exportModel } from '../export/exportModel.ts';
import { makeFolder } from '../run/makeFolder.ts';
import type { TrainResult } from '../trainEvent.ts';
import { train } from '../trainer.ts';
import { commitOfCode, exportOptions, type OpenedRecipe, openRecipe, runCommand } from './command.ts';
import { Progress } from './progress.ts';
import { type TrainArguments, usage } from './trainArguments.ts';

async function trainAndExport(args: TrainArguments): Promise<void> {
  const opened = await openRecipe(args);
  const { name, modelFolder } = args;
  let evaluation: TrainResult['evaluation'];
  if (!args.exportOnly) {
    makeFolder(modelFolder);
    const progress = new Progress(process.stdout);
    progress.line(`${name}: reading the data and opening the threads`);
    const result = await trainUntilStopped(args, opened, progress);
    if (!result.finished) {
      progress.line(`stopped at step ${result.step} of ${result.totalSteps}; --resume goes on`);
      process.exitCode = 130;
      return;
    }
    evaluation = result.evaluation;
    progress.line('exporting the best weights');
  }
  const manifest = await exportModel({ ...exportOptions(args, opened), evaluation });
  process.stdout.write(`${modelFolder}\n${JSON.stringify(manifest.figures)}\n`);
}

/** The first signal stops after the running step, with a checkpoint; the second stops at once. */
async function trainUntilStopped(
  { recipe, runFolder, init, threads, variant, resume, gradientNorms }: TrainArguments,
  opened: OpenedRecipe,
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
    const options = { ...opened, runFolder, threads, variant, resume, commit: commitOfCode() };
    const norms = gradientNorms === undefined ? {} : { gradientNorms };
    const begin = init ?? besideRecipe(recipe, opened.recipe.init);
    const from = begin === undefined ? {} : { init: begin };
    return await train({ ...options, ...norms, ...from, signal, onEvent });
  } finally {
    // The export saves nothing that a signal could wait for.
    for (const name of signals) process.removeListener(name, stop);
  }
}

/** Like the data that a recipe names, its model lies where the recipe does, from wherever it is trained. */
function besideRecipe(recipe: string, init: string | undefined): string | undefined {
  return init === undefined ? undefined : resolve(dirname(recipe), init);
}

await runCommand(usage, trainAndExport);
