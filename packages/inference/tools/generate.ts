/**
 * `npm run generate -- <name> [options]`: what a trained model of sequences says: text that goes on from a prompt, the
 * translation, tags, class or numbers of one, or the sequence that a vector makes.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  classifySequence,
  estimateSequence,
  generateText,
  loadModel,
  type Model,
  makeSequence,
  openModelFolder,
  RivuletError,
  type SequenceManifest,
  tagSequence,
  translateSequence,
} from '../src/node.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const USAGE = `npm run generate -- <name> [options]

  Opens the model runs/<name>/model, or models/<name>, or the folder of that name, and prints what it says.

  --prompt <text>     what a text goes on from, or what is translated, tagged, classified or judged in numbers;
                      numbers of one feature stand as 0.1,0.2,0.3
  --length <n>        tokens of a text (200), or at most of a translation
  --temperature <t>   of a text: 1 as learned, below surer, above more varied, 0 always the likeliest (1)
  --seed <n>          writes the same text again
  --vector <a,b,..>   the vector that a sequence is made from
  --steps <n>         steps of that sequence
  --dtype <kind>      float32 or int8 (int8)
`;

const OPTIONS = {
  prompt: { type: 'string' },
  length: { type: 'string', default: '200' },
  temperature: { type: 'string', default: '1' },
  seed: { type: 'string' },
  vector: { type: 'string' },
  steps: { type: 'string' },
  dtype: { type: 'string', default: 'int8' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

type Values = ReturnType<typeof read>['values'];

function read() {
  try {
    return parseArgs({ allowPositionals: true, options: OPTIONS });
  } catch (cause) {
    const [message] = (cause as Error).message.split('. ');
    throw new RivuletError('ARGUMENT', `${message}; --help lists the options`, {}, cause);
  }
}

function folderOf(name: string): string {
  const own = resolve(process.env.INIT_CWD ?? '.', name);
  const places = [join(ROOT, 'runs', name, 'model'), join(ROOT, 'models', name), own];
  const found = places.find((place) => existsSync(join(place, 'manifest.json')));
  if (found) return found;
  throw new RivuletError('MODEL_NOT_FOUND', `No model is in ${places.join(', ')}`, { name });
}

/** The same draws for the same seed, on any machine. */
function drawsOf(seed: string): () => number {
  let drawn = 0;
  return () => createHash('sha256').update(`${seed}:${drawn++}`).digest().readUInt32LE() / 2 ** 32;
}

function needed(values: Values, option: 'prompt' | 'vector', task: string): string {
  const value = values[option];
  if (value !== undefined) return value;
  throw new RivuletError('ARGUMENT', `a model of ${task} needs --${option}`, { option });
}

const table = (rows: readonly (readonly number[])[]): string =>
  rows.map((row) => row.map((value) => value.toFixed(4)).join(' ')).join('\n');

async function answer(model: Model, manifest: SequenceManifest, values: Values): Promise<string> {
  const { prompt, seed, vector, steps } = values;
  const { task } = manifest;
  const numbers = (text: string): number[] => text.split(',').map(Number);
  const x = (): string | number[] => {
    const text = needed(values, 'prompt', task);
    return Array.isArray(manifest.features.tokens) ? text : numbers(text);
  };
  const length = Number(values.length);
  switch (task) {
    case 'text-model': {
      const temperature = Number(values.temperature);
      const random = seed === undefined ? {} : { random: drawsOf(seed) };
      const from = prompt === undefined ? {} : { prompt };
      return (
        (prompt ?? '') + (await generateText(model, manifest, { ...from, length, temperature, ...random }))
      );
    }
    case 'sequence-translation':
      return translateSequence(model, manifest, x(), { longest: length });
    case 'sequence-tags':
      return (await tagSequence(model, manifest, x())).join(' ');
    case 'sequence-class': {
      const { label, probabilities } = await classifySequence(model, manifest, x());
      return `${label} (${(100 * Math.max(...probabilities)).toFixed(1)} %)`;
    }
    case 'vector-sequence': {
      const given = numbers(vector ?? needed(values, 'vector', task));
      const made = await makeSequence(
        model,
        manifest,
        given,
        steps === undefined ? {} : { steps: Number(steps) },
      );
      return table(made);
    }
    case 'sequence-values':
      return table(await estimateSequence(model, manifest, x()));
    default:
      throw new RivuletError(
        'ARGUMENT',
        `${manifest.name} is for ${task}, which is used by a function of its own`,
        {
          task,
        },
      );
  }
}

async function main(): Promise<void> {
  const { values, positionals } = read();
  const [name, ...others] = positionals;
  if (values.help || name === undefined) {
    process.stdout.write(USAGE);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  if (others.length > 0)
    throw new RivuletError('ARGUMENT', `one model at a time, got ${positionals.join(' ')}`);
  if (values.dtype !== 'float32' && values.dtype !== 'int8') {
    throw new RivuletError('ARGUMENT', `--dtype is ${values.dtype}, not float32 or int8`, {
      got: values.dtype,
    });
  }
  const { manifest, bytes } = await openModelFolder(folderOf(name));
  const model = await loadModel(await bytes(values.dtype));
  try {
    process.stdout.write(`${await answer(model, manifest, values)}\n`);
  } finally {
    await model.dispose();
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof RivuletError)) throw error;
  process.stderr.write(`${error.code}: ${error.message}\n`);
  process.exitCode = 1;
}
