/**
 * `npm run evaluate -- run <name> [--run <folder>] [--recipe <file>] [--split val|test] [--data <folder>] [--json]`
 *   figures of a run's best weights, float32 and int8, on the training kernels; also left in the run's folder, where
 *   the end of the run has left them already. Recipe and data are those that the run wrote down.
 *   `--split test` is the official test split, where the task's data has one: for once all is chosen.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { RivuletError } from '@rivulet/core';
import { evaluateRun, parseRecipe, type Recipe, readRun } from '@rivulet/training';
import { fromCaller } from '../../packages/training/src/cli/trainArguments.ts';
import { dataFolder } from './folders.ts';

/** @throws RECIPE_INVALID */
function readRecipe(path: string): Recipe {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const message = `The recipe ${path} cannot be read: ${(cause as Error).message}`;
    throw new RivuletError('RECIPE_INVALID', message, { path }, cause);
  }
  return parseRecipe(json);
}

export async function evaluate(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      run: { type: 'string' },
      recipe: { type: 'string' },
      split: { type: 'string', default: 'val' },
      data: { type: 'string' },
    },
  });
  const [name = ''] = positionals;
  const { split } = values;
  if (name === '' || (split !== 'val' && split !== 'test')) {
    throw new RivuletError('ARGUMENT', 'npm run evaluate -- run <name> [--split val|test]', { name, split });
  }
  const runFolder = values.run === undefined ? join('runs', name) : fromCaller(values.run);
  const run = readRun(runFolder);
  const recipe = values.recipe === undefined ? run.recipe : readRecipe(fromCaller(values.recipe));
  // Runs are moved to other machines.
  const recorded = run.dataFolder && existsSync(run.dataFolder) ? run.dataFolder : undefined;
  const data = dataFolder(values.data, recorded);
  const { samples, step, figures } = await evaluateRun({ recipe, dataFolder: data, runFolder, split });
  console.log(`${samples} samples (${split}), weights of step ${step}`);
  for (const [key, value] of Object.entries(figures)) console.log(`${key.padEnd(20)} ${value}`);
  if (values.json) console.log(JSON.stringify(figures));
}
