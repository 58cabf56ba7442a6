/** What stands behind `npm run train --`: read, checked, and explained to whoever asks or errs. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { RivuletError } from '@rivulet/core';
import type { KernelVariant } from '../parallel/protocol.ts';
import { RANGE_METHODS, type RangeMethod } from '../quantise/chooseRange.ts';
import { RunFolder } from '../run/runFolder.ts';

/** The repository. */
export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** Recipes of seconds, one for each shape of network. */
const SMALL = join(ROOT, 'packages/training/recipes');

const OPTIONS = {
  resume: { type: 'boolean', default: false },
  threads: { type: 'string', default: '2' },
  data: { type: 'string' },
  recipe: { type: 'string' },
  epochs: { type: 'string' },
  out: { type: 'string' },
  run: { type: 'string' },
  init: { type: 'string' },
  simd: { type: 'string', default: 'auto' },
  'gradient-norms': { type: 'string' },
  'export-only': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Of `npm run quantise` alone. */
const QUANTISE_OPTIONS = {
  ...OPTIONS,
  ranges: { type: 'string' },
  bits: { type: 'string' },
} as const;

export interface TrainArguments {
  readonly name: string;
  /** File of the recipe. */
  readonly recipe: string;
  /** Other than the recipe's. */
  readonly epochs: number | undefined;
  /** Absent: where this kind of data lies. */
  readonly dataFolder: string | undefined;
  readonly runFolder: string;
  readonly modelFolder: string;
  /** ONNX file whose weights the run begins with. */
  readonly init: string | undefined;
  readonly resume: boolean;
  readonly threads: number;
  readonly variant: KernelVariant;
  /** Steps from one report of the gradients' norms to the next; absent: none. */
  readonly gradientNorms: number | undefined;
  readonly exportOnly: boolean;
  /** What `quantise` writes: nothing without a method. */
  readonly calibrated: {
    readonly method: RangeMethod | undefined;
    readonly bits: 8 | 16;
    readonly folder: string;
  };
}

/**
 * @param args what stands behind the script's name
 * @returns 'help' when that is asked for, 'usage' when no model is named
 * @param command whose options may stand there
 * @throws ARGUMENT naming the option and what it got
 */
export function parseTrainArguments(
  args: readonly string[],
  command: 'train' | 'quantise' = 'train',
): TrainArguments | 'help' | 'usage' {
  const { values, positionals } = parsed(args, command === 'train' ? OPTIONS : QUANTISE_OPTIONS);
  if (values.help) return 'help';
  const [first, ...others] = positionals;
  if (first === undefined) return 'usage';
  if (others.length > 0) throw wrong(`one model at a time, got ${positionals.join(' ')}`, positionals);
  const isFile = first.endsWith('.json');
  if (isFile && values.recipe !== undefined) throw wrong(`two recipes: ${first}, ${values.recipe}`, first);
  const file = isFile ? first : values.recipe;
  const name = isFile ? nameOf(fromCaller(first)) : first;
  if (!/^[\w-][\w.-]*$/.test(name)) throw wrong(`${name} is no name of a model`, name);
  const runFolder = values.run === undefined ? join(ROOT, 'runs', name) : fromCaller(values.run);
  const recipe = file === undefined ? recipeOf(name, runFolder) : recipeFile(file);
  // A trial with another recipe must not take the place of the model that is shipped.
  const own = recipe === shipped(name) && !values.recipe && values.epochs === undefined && !values.init;
  return {
    name,
    recipe,
    epochs: values.epochs === undefined ? undefined : positive('epochs', values.epochs),
    dataFolder: values.data === undefined ? undefined : fromCaller(values.data),
    runFolder,
    modelFolder:
      values.out !== undefined
        ? fromCaller(values.out)
        : own
          ? join(ROOT, 'models', name)
          : join(runFolder, 'model'),
    init: values.init === undefined ? undefined : fromCaller(values.init),
    resume: values.resume,
    threads: positive('threads', values.threads),
    variant: variantOf(values.simd),
    gradientNorms:
      values['gradient-norms'] === undefined
        ? undefined
        : positive('gradient-norms', values['gradient-norms']),
    exportOnly: values['export-only'],
    calibrated: {
      method: methodOf(values.ranges),
      bits: bitsOf(values.bits),
      folder: values.out === undefined ? join(runFolder, 'calibrated') : fromCaller(values.out),
    },
  };
}

/** npm runs a script in the repository, wherever it was called. */
export function fromCaller(path: string): string {
  return resolve(process.env.INIT_CWD ?? '.', path);
}

function shipped(name: string): string {
  return join(ROOT, 'models', name, 'train.json');
}

/** A run of a recipe that is not shipped goes on, and is exported, by its name alone; small recipes have one too. */
function recipeOf(name: string, runFolder: string): string {
  const places = [shipped(name), join(SMALL, `${name}.json`), RunFolder.fileIn(runFolder, 'recipe')];
  return places.find((place) => existsSync(place)) ?? shipped(name);
}

/** As the caller's folder has it, or a small recipe's bare file name. */
function recipeFile(path: string): string {
  const own = fromCaller(path);
  const small = join(SMALL, path);
  return existsSync(own) || path !== basename(path) || !existsSync(small) ? own : small;
}

/** A recipe's name is its file's; one called train.json, as in models/<name>, is its folder's. */
function nameOf(file: string): string {
  const own = basename(file, '.json');
  return own === 'train' ? basename(dirname(file)) : own;
}

/** Models that have a recipe. */
export function recipeNames(): string[] {
  const models = join(ROOT, 'models');
  return readdirSync(models)
    .filter((name) => existsSync(join(models, name, 'train.json')))
    .sort();
}

/** Recipes that bring their data along. */
export function smallNames(): string[] {
  return readdirSync(SMALL)
    .filter((name) => name.endsWith('.json'))
    .map((name) => basename(name, '.json'))
    .sort();
}

export function usage(): string {
  return `npm run train -- <name> [options]      <name>: ${recipeNames().join(' | ')}
npm run train -- <recipe>.json [options]   or a small one: ${smallNames().join(' | ')}

  Trains the recipe models/<name>/train.json and exports the best weights beside it. Ctrl+C saves and stops.
  Of <recipe>.json all goes to runs/<recipe>, the model to its folder model.

  --resume         go on from the last checkpoint of runs/<name>
  --threads <n>    training threads (2)
  --data <folder>  the data (beside the recipe, where it names its files; else RIVULET_DATA, or ../shared/data
                   beside the repository); CONTRIBUTING.md says what belongs there and where it is public
  --recipe <file>  other than models/<name>/train.json
  --epochs <n>     other than the recipe's
  --init <file>    begin with the weights of this ONNX file of the same network (fine-tuning)
  --out <folder>   where the model goes (models/<name>; runs/<name>/model of a small recipe, and with
                   <recipe>.json, --recipe, --epochs or --init)
  --run <folder>   where checkpoints and log go (runs/<name>)
  --simd <kind>    auto, plain (the same bits on every processor) or relaxed (auto)
  --gradient-norms <n>  every n steps the log gets the norms of the gradients, by layer and by step of time
  --export-only    export runs/<name>/best.ckpt and stop
`;
}

function parsed(args: readonly string[], options: typeof OPTIONS | typeof QUANTISE_OPTIONS) {
  try {
    // Of train the options of quantise are absent, and their values with them.
    const typed = options as typeof QUANTISE_OPTIONS;
    return parseArgs({ args: [...args], allowPositionals: true, options: typed });
  } catch (cause) {
    // Its first sentence names the option, the others speak of positional arguments.
    throw wrong(`${(cause as Error).message.split('. ')[0]}; --help lists the options`, args);
  }
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw wrong(`--${option} is ${text}, not a whole number above 0`, text);
}

function variantOf(text: string): KernelVariant {
  if (text === 'auto' || text === 'plain' || text === 'relaxed') return text;
  throw wrong(`--simd is ${text}, not auto, plain or relaxed`, text);
}

function methodOf(text: string | undefined): RangeMethod | undefined {
  const method = RANGE_METHODS.find((name) => name === text);
  if (method || text === undefined) return method;
  throw wrong(`--ranges is ${text}, not ${RANGE_METHODS.join(', ')}`, text);
}

function bitsOf(text = '8'): 8 | 16 {
  if (text === '8' || text === '16') return text === '8' ? 8 : 16;
  throw wrong(`--bits is ${text}, not 8 or 16`, text);
}

function wrong(message: string, got: unknown): RivuletError {
  return new RivuletError('ARGUMENT', message, { got });
}
