/** What stands behind `npm run train --`: read, checked, and explained to whoever asks or errs. */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { RivuletError } from '@rivulet/core';
import type { KernelVariant } from '../parallel/protocol.ts';

/** The repository. */
export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

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

export interface TrainArguments {
  readonly name: string;
  /** File of the recipe. */
  readonly recipe: string;
  /** Other than the recipe's. */
  readonly epochs: number | undefined;
  readonly dataFolder: string;
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
}

/**
 * @param args what stands behind the script's name
 * @returns 'help' when that is asked for, 'usage' when no model is named
 * @throws ARGUMENT naming the option and what it got
 */
export function parseTrainArguments(args: readonly string[]): TrainArguments | 'help' | 'usage' {
  const { values, positionals } = parsed(args);
  if (values.help) return 'help';
  const [name, ...others] = positionals;
  if (name === undefined) return 'usage';
  if (others.length > 0) throw wrong(`one model at a time, got ${positionals.join(' ')}`, positionals);
  if (!/^[\w-][\w.-]*$/.test(name)) throw wrong(`${name} is no name of a model`, name);
  const recipe = values.recipe ?? join(ROOT, 'models', name, 'train.json');
  const runFolder = resolve(values.run ?? join(ROOT, 'runs', name));
  // A trial with another recipe must not take the place of the model that is shipped.
  const own = values.recipe === undefined && values.epochs === undefined && values.init === undefined;
  return {
    name,
    recipe,
    epochs: values.epochs === undefined ? undefined : positive('epochs', values.epochs),
    dataFolder: resolve(values.data ?? process.env.RIVULET_DATA ?? join(ROOT, '../shared/data')),
    runFolder,
    modelFolder: resolve(values.out ?? (own ? join(ROOT, 'models', name) : join(runFolder, 'model'))),
    init: values.init === undefined ? undefined : resolve(values.init),
    resume: values.resume,
    threads: positive('threads', values.threads),
    variant: variantOf(values.simd),
    gradientNorms:
      values['gradient-norms'] === undefined
        ? undefined
        : positive('gradient-norms', values['gradient-norms']),
    exportOnly: values['export-only'],
  };
}

/** Models that have a recipe. */
export function recipeNames(): string[] {
  const models = join(ROOT, 'models');
  return readdirSync(models)
    .filter((name) => existsSync(join(models, name, 'train.json')))
    .sort();
}

export function usage(): string {
  return `npm run train -- <name> [options]      <name>: ${recipeNames().join(' | ')}

  Trains the recipe models/<name>/train.json and exports the best weights beside it. Ctrl+C saves and stops.

  --resume         go on from the last checkpoint of runs/<name>
  --threads <n>    training threads (2)
  --data <folder>  the data (RIVULET_DATA, or ../shared/data beside the repository); CONTRIBUTING.md
                   says what belongs there and where it is public
  --recipe <file>  other than models/<name>/train.json
  --epochs <n>     other than the recipe's
  --init <file>    begin with the weights of this ONNX file of the same network (fine-tuning)
  --out <folder>   where the model goes (models/<name>; runs/<name>/model with --recipe, --epochs or
                   --init)
  --run <folder>   where checkpoints and log go (runs/<name>)
  --simd <kind>    auto, plain (the same bits on every processor) or relaxed (auto)
  --gradient-norms <n>  every n steps the log gets the norms of the gradients, by layer and by step of time
  --export-only    export runs/<name>/best.ckpt and stop
`;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
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

function wrong(message: string, got: unknown): RivuletError {
  return new RivuletError('ARGUMENT', message, { got });
}
