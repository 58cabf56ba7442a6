/** What the commands of a run have in common: its recipe, the commit of the code, and how errors are told. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { RivuletError } from '@rivulet/core';
import { parseRecipe, type Recipe } from '../recipe.ts';
import { readRun } from '../run/readRun.ts';
import { RunFolder } from '../run/runFolder.ts';
import { openTask } from '../tasks/openTask.ts';
import { parseTrainArguments, ROOT, recipeNames, smallNames, type TrainArguments } from './trainArguments.ts';

/**
 * Runs a command with what stands behind the script's name; prints `usage` when asked, or when nothing does.
 * @param name whose options it takes
 */
export async function runCommand(
  usage: () => string,
  command: (args: TrainArguments) => Promise<void>,
  name: 'train' | 'quantise' = 'train',
): Promise<void> {
  // Whoever reads along may go, a pager or a terminal, or run out of room: a run is worth more than its lines.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  try {
    const args = parseTrainArguments(process.argv.slice(2), name);
    if (args === 'help' || args === 'usage') {
      process.stdout.write(usage());
      process.exitCode = args === 'help' ? 0 : 2;
      return;
    }
    await command(args);
  } catch (error) {
    if (!(error instanceof RivuletError)) throw error;
    process.stderr.write(`${error.code}: ${error.message}\n`);
    if (error.code === 'DATA_INVALID' && isOfPlace(error)) {
      process.stderr.write(
        '--data <folder> or RIVULET_DATA says where the data is; CONTRIBUTING.md, what belongs there\n',
      );
    }
    process.exitCode = 1;
  }
}

/** Whether data is not where it was looked for: what is wrong within it has another cure. */
function isOfPlace({ details }: RivuletError): boolean {
  return 'dataFolder' in details || ('path' in details && !('line' in details));
}

/** What a command works on. */
export interface OpenedRecipe {
  readonly recipe: Recipe;
  readonly dataFolder: string;
}

/**
 * The recipe that the arguments name, or that a run of that name was trained with, and the folder of its data.
 * @throws RECIPE_INVALID
 */
export async function openRecipe(args: TrainArguments): Promise<OpenedRecipe> {
  const { recipe: path, runFolder, epochs, dataFolder } = args;
  const recipe = readRecipe(args);
  const task = await openTask({ name: recipe.task });
  const own = path === RunFolder.fileIn(runFolder, 'recipe') ? readRun(runFolder).dataFolder : undefined;
  // Runs are moved to other machines.
  const recorded = own !== undefined && existsSync(own) ? own : undefined;
  const place = task.dataBesideRecipe ? dirname(path) : process.env.RIVULET_DATA;
  return {
    recipe: epochs === undefined ? recipe : { ...recipe, epochs },
    dataFolder: resolve(dataFolder ?? recorded ?? place ?? join(ROOT, '../shared/data')),
  };
}

function readRecipe({ name, recipe: path }: TrainArguments): Recipe {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const message = missing
      ? `There is no recipe ${path} for ${name}; models with one: ${recipeNames().join(', ')}; small ones: ${smallNames().join(', ')}`
      : `${path} cannot be read: ${(cause as Error).message}`;
    throw new RivuletError('RECIPE_INVALID', message, { path, name }, cause);
  }
  return parseRecipe(json);
}

/** `<sha>`, with `-dirty` where files differ from it. */
export function commitOfCode(): string {
  const describe = ['describe', '--always', '--dirty', '--abbrev=40', '--exclude=*'];
  try {
    return execFileSync('git', describe, { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return 'unknown';
  }
}

/** The model folder of a run from its best weights. */
export function exportOptions({ name, runFolder, modelFolder }: TrainArguments, opened: OpenedRecipe) {
  const date = new Date().toISOString().slice(0, 10);
  return { name, ...opened, runFolder, modelFolder, commit: commitOfCode(), date };
}
