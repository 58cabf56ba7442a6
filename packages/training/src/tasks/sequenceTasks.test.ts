import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import { parseRecipe, type RecipeInput } from '../recipe.ts';
import { train } from '../trainer.ts';
import { loadTask } from './index.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rivulet-tasks-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Change = Partial<Omit<RecipeInput, 'data'>> & { data?: object };

const tokens = (count: number, units: number): RecipeInput['network'] => ({
  inputs: { x: 1 },
  layers: [
    { op: 'embedding', tokens: count, units: 4 },
    { op: 'gru', hidden: 4 },
    { op: 'dense', name: 'y', units },
  ],
  outputs: ['y'],
});
const numbers = (features: number, units: number): RecipeInput['network'] => ({
  inputs: { x: features },
  layers: [
    { op: 'gru', hidden: 4 },
    { op: 'dense', name: 'y', units },
  ],
  outputs: ['y'],
});
const pair = (source: number, said: number, units: number): RecipeInput['network'] => ({
  inputs: { x: 1, said: 1 },
  layers: [
    { op: 'embedding', in: 'x', tokens: source, units: 4 },
    { op: 'gru', hidden: 4 },
    { op: 'state', name: 'meaning' },
    { op: 'embedding', in: 'said', tokens: said, units: 4 },
    { op: 'gru', hidden: 4, initial: 'meaning' },
    { op: 'dense', name: 'y', units },
  ],
  outputs: ['y'],
});
const made = (vector: number): RecipeInput['network'] => ({
  inputs: { position: 1, vector },
  layers: [
    { op: 'repeat', in: 'vector', like: 'position' },
    { op: 'gru', hidden: 4 },
    { op: 'dense', name: 'y', units: 1 },
  ],
  outputs: ['y'],
});

/** Windows of three steps of what `over` reads are the state that the steps of `x` begin from. */
const windowed = (over: string, tokens: number): RecipeInput['network'] => ({
  inputs: { x: 1, said: 1 },
  layers: [
    { op: 'embedding', in: over, tokens, units: 4 },
    { op: 'conv1d', name: 'windows', units: 4, kernel: 3, padding: 'valid' },
    { op: 'pool', name: 'meaning', kind: 'mean' },
    { op: 'embedding', name: 'before', in: 'said', tokens: 3, units: 4 },
    { op: 'embedding', name: 'source', in: 'x', tokens: 2, units: 4 },
    { op: 'gru', name: 'read', hidden: 4, initial: 'meaning' },
    { op: 'state', name: 'end' },
    { op: 'gru', hidden: 4, in: 'before', initial: 'end' },
    { op: 'dense', name: 'y', units: 3 },
  ],
  outputs: ['y'],
});

function recipe(task: string, network: RecipeInput['network'], change: Change = {}) {
  const { data = {}, ...rest } = change;
  return parseRecipe({
    ...{ task, seed: 1, network, optimiser: { kind: 'adam', lr: 0.01 }, batch: 4, epochs: 1 },
    data: { train: 'train', val: 'val', ...data },
    ...rest,
  });
}

/** Writes the files, and prepares the data. */
async function prepare(
  train: string,
  val: string,
  ...args: Parameters<typeof recipe>
): Promise<Awaited<ReturnType<Awaited<ReturnType<typeof loadTask>>['prepare']>>> {
  writeFileSync(join(folder, 'train'), train);
  writeFileSync(join(folder, 'val'), val);
  const task = await loadTask(args[0]);
  return task.prepare(recipe(...args), folder);
}

describe('data of sequences', () => {
  const good = '{"x": "ab", "y": "uv"}\n';
  it.each<[what: string, message: RegExp, train: string, val: string, ...Parameters<typeof recipe>]>([
    ['no JSON', /^line 3 of train: is no JSON/, `${good}\n{"x"`, good, 'sequence-tags', tokens(2, 2)],
    [
      'an unknown key',
      /^line 1 of val: z: there is no such key/,
      good,
      '{"x":"a","y":"u","z":1}',
      'sequence-tags',
      tokens(2, 2),
    ],
    ['a missing key', /^line 1 of train: y:/, '{"x":"ab"}', good, 'sequence-tags', tokens(2, 2)],
    ['NaN', /^line 1 of train: is no JSON/, '{"x":[1,NaN],"y":"uv"}', good, 'sequence-tags', numbers(1, 2)],
    ['null', /^line 1 of train: x:/, '{"x":[1,null],"y":"uv"}', good, 'sequence-tags', numbers(1, 2)],
    ...['1e400', '1e39'].map(
      (huge) =>
        [
          `${huge}, in what judges too`,
          /^line 1 of val: x: neither text, nor .* finite numbers/,
          '{"x":[1],"y":"u"}\n{"x":[1],"y":"v"}',
          `{"x":[1,${huge}],"y":"uv"}`,
          'sequence-tags',
          numbers(1, 2),
        ] as [string, RegExp, string, string, string, RecipeInput['network']],
    ),
    ['no sample', /train holds no sample to train on$/, '\n', good, 'sequence-tags', tokens(2, 2)],
    ['no text', /train holds no sample to train on$/, '', 'ab', 'text-model', tokens(2, 2)],
    ['an empty sequence', /^line 1 of train: x:/, '{"x":[],"y":"uv"}', good, 'sequence-tags', numbers(1, 2)],
    [
      'too few tags',
      /^line 2 of train: y: 1 tags for the 2 steps of x/,
      `${good}{"x":"ab","y":"u"}`,
      good,
      'sequence-tags',
      tokens(2, 2),
    ],
    [
      'an unknown tag',
      /^line 1 of val: y: "w", token 2, is none of the 2/,
      good,
      '{"x":"ab","y":"uw"}',
      'sequence-tags',
      tokens(2, 2),
    ],
    [
      'an unknown token',
      /^line 1 of val: x: "c", token 1, is none of the 2/,
      good,
      '{"x":"c","y":"u"}',
      'sequence-tags',
      tokens(2, 2),
    ],
    ['text for numbers', /^line 1 of train: x: text, which only/, good, good, 'sequence-tags', numbers(1, 2)],
    [
      'numbers for text',
      /^line 2 of train: x: the network reads tokens/,
      `${good}{"x":[1],"y":"u"}`,
      good,
      'sequence-tags',
      tokens(2, 2),
    ],
    [
      'another width',
      /^line 1 of train: x\.1: 1 numbers, where the network's input has 2/,
      '{"x":[[1,2],[3]],"label":"a"}\n{"x":[[1,2]],"label":"b"}',
      '',
      'sequence-class',
      numbers(2, 2),
    ],
    [
      'an unknown class',
      /^line 1 of val: label: "c"/,
      '{"x":[1],"label":"a"}\n{"x":[1],"label":"b"}',
      '{"x":[1],"label":"c"}',
      'sequence-class',
      numbers(1, 2),
    ],
    [
      'an empty token',
      /^line 1 of train: y\.1: the empty text/,
      '{"x":"a","y":["u","","v"]}',
      good,
      'sequence-translation',
      pair(1, 3, 3),
    ],
    [
      'another vector',
      /^line 1 of train: vector: 3 numbers, where the network has 2/,
      '{"vector":[1,2,3],"y":[1]}',
      '',
      'vector-sequence',
      made(2),
    ],
    [
      'another step',
      /^line 1 of train: y\.1: 2 numbers, where the network has 1/,
      '{"vector":[1,2],"y":[[1],[1,2]]}',
      '',
      'vector-sequence',
      made(2),
    ],
    [
      'an unknown character',
      /^line 2 of val: "c", token 2, is none of the 3/,
      'ab\n',
      'a\nbc\n',
      'text-model',
      tokens(3, 3),
    ],
    [
      'a sequence shorter than a window',
      /^line 2 of val: 2 steps, of which the layer windows makes none: it needs 3/,
      '{"x":"aab","y":"uv"}',
      '{"x":"aaa","y":"uv"}\n{"x":"ab","y":"uv"}',
      'sequence-translation',
      windowed('x', 2),
    ],
  ])('names the line and the key of %s', async (_, message, trainText, valText, task, network) => {
    await expect(prepare(trainText, valText, task, network)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ['training', 'training sample 1 (line 2 of train)', '{"x":"a","y":"u"}', ''],
    ['validation', 'validation sample 0 (line 1 of val)', '', '{"x":"b","y":"v"}\n'],
  ])('names the sample whose answer is shorter than a window, in %s', async (_, sample, inTrain, inVal) => {
    const pairs = '{"x":"ab","y":"uv"}\n';
    writeFileSync(join(folder, 'train'), `${pairs}${inTrain}`);
    writeFileSync(join(folder, 'val'), `${inVal}${pairs}`);
    const asked = recipe('sequence-translation', windowed('said', 3));
    const run = { recipe: asked, dataFolder: folder, runFolder: join(folder, 'short') };
    await expect(train(run)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining(`In ${sample}: Layer windows makes no step of 2`),
      details: expect.objectContaining({ layer: 'windows', got: 2 }),
    });
  });

  it('names the file that is missing, and one that is no text', async () => {
    const options = { data: { val: 'nowhere' } };
    await expect(prepare('ab', 'ab', 'text-model', tokens(2, 2), options)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      details: { path: join(folder, 'nowhere') },
    });
    writeFileSync(join(folder, 'binary'), Uint8Array.of(0xff, 0xfe, 0x80));
    await expect(
      prepare('ab', 'ab', 'text-model', tokens(2, 2), { data: { val: 'binary' } }),
    ).rejects.toMatchObject({ code: 'DATA_INVALID', details: { path: join(folder, 'binary') } });
  });

  it('is unpacked where it is packed, and read without carriage returns', async () => {
    writeFileSync(join(folder, 'packed.gz'), gzipSync('a\r\nb'));
    const data = await prepare('', 'ab\n', 'text-model', tokens(3, 3), { data: { train: 'packed.gz' } });
    expect(data.notes).toEqual({ 'different tokens': 3, 'tokens of text': 3 });
    expect(data.files).toEqual([join(folder, 'packed.gz'), join(folder, 'val')]);
  });

  it.each<[key: string, message: RegExp, ...Parameters<typeof recipe>]>([
    ['network.layers.0.tokens', /this data has 2 different tokens, not 5/, 'sequence-tags', tokens(5, 2)],
    [
      'network.layers.2',
      /the output must be 2 wide, one for each tag \(u, v\), not 3/,
      'sequence-tags',
      tokens(2, 3),
    ],
    ['network.inputs', /it must have 2 \(source, said\), it has 1/, 'sequence-translation', tokens(2, 2)],
    [
      'network.layers.3.tokens',
      /this data has 3 different tokens, not 2/,
      'sequence-translation',
      pair(2, 2, 3),
    ],
    [
      'network.outputs',
      /it must name one layer/,
      'sequence-tags',
      { ...tokens(2, 2), outputs: ['y', 'gru1'] },
    ],
    ['network.inputs.x', /it must be 1, the number of a token/, 'text-model', numbers(2, 2)],
    ...(
      [
        ['sequence-tags', tokens(2, 2), 'x', { op: 'join' }],
        ['sequence-tags', tokens(2, 2), 'x', { op: 'conv1d', units: 2, kernel: 2, padding: 'valid' }],
        ['text-model', tokens(3, 3), 'x', { op: 'conv1d', units: 2, kernel: 1, stride: 2 }],
        ['text-model', tokens(3, 3), 'x', { op: 'pool', kind: 'last' }],
        ['sequence-translation', pair(2, 3, 3), 'said', { op: 'state' }],
        ['vector-sequence', made(2), 'position', { op: 'pool', kind: 'mean' }],
      ] as const
    ).map(([task, network, input, layer]): [string, RegExp, string, RecipeInput['network']] => {
      const layers = [...network.layers.slice(0, -1), layer, network.layers.at(-1)!];
      const message = new RegExp(`y must have a step for each of ${input}`);
      return ['network.outputs', message, task, { ...network, layers }];
    }),
    ['data.windows', /there is no such key/, 'sequence-tags', tokens(2, 2), { data: { windows: 3 } }],
    ['data.minCount', /without features.unknown/, 'sequence-tags', tokens(2, 2), { data: { minCount: 2 } }],
    ['data.minCount', /no embedding reads x/, 'sequence-tags', numbers(1, 2), { data: { minCount: 2 } }],
    [
      'data.tokens',
      /"a" is in the vocabulary twice/,
      'sequence-tags',
      tokens(2, 2),
      { data: { tokens: ['a', 'a'] } },
    ],
    [
      'data.labels',
      /"u" is in the vocabulary twice/,
      'sequence-tags',
      tokens(2, 2),
      { data: { labels: ['u', 'u'] } },
    ],
    ['features.unit', /./, 'sequence-tags', tokens(2, 2), { features: { unit: 'line' } }],
  ])('names the key %s of a recipe that does not fit', async (key, message, ...args) => {
    await expect(prepare(good, good, ...args)).rejects.toMatchObject({
      code: 'RECIPE_INVALID',
      message: expect.stringMatching(message),
      details: expect.objectContaining({ key }),
    });
  });

  it('knows rare and new tokens as the unknown one, where the recipe names it', async () => {
    const network = tokens(3, 2);
    const options = { features: { unknown: '?' }, data: { minCount: 2 } };
    const val = '{"x": "xba", "y": "uvu"}\n';
    const data = await prepare(`${good}{"x":"abc","y":"uvu"}`, val, 'sequence-tags', network, options);
    const { inputs } = data.batch('val', [0], Random.fromSeed(1));
    expect([0, 1, 2].map((t) => inputs.x!.data[t * 8])).toEqual([0, 2, 1]);
    const { features } = (await loadTask('sequence-tags')).manifest(
      recipe('sequence-tags', network, options),
      data,
    );
    expect(features).toEqual({ unit: 'character', tokens: ['?', 'a', 'b'], unknown: '?' });
  });

  it('has a test split where the recipe names one', async () => {
    const task = await loadTask('sequence-tags');
    const asked = (data: object) => recipe('sequence-tags', tokens(2, 2), { data });
    writeFileSync(join(folder, 'train'), good);
    writeFileSync(join(folder, 'test'), good.repeat(3));
    await expect(task.prepareTest!(asked({}), folder)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      details: { key: 'data.test' },
    });
    expect((await task.prepareTest!(asked({ test: 'test' }), folder)).valCount).toBe(3);
  });
});

describe('a text', () => {
  const text = 'abcdefghij'.repeat(10);
  const letters = tokens(10, 10);

  it('is cut into windows, each step the letter before the one that is asked for', async () => {
    const data = await prepare(text, text, 'text-model', letters, { data: { window: 16, context: 6 } });
    expect(data.trainCount).toBe(Math.ceil(99 / 16));
    for (const split of ['train', 'val'] as const) {
      const count = split === 'train' ? data.trainCount : data.valCount;
      const indices = Array.from({ length: count }, (_, i) => i);
      const { inputs, lengths, target } = data.batch(split, indices, Random.fromSeed(3));
      const { classes } = target as { classes: Int32Array };
      const { data: x, lanes } = inputs.x!;
      let asked = 0;
      for (let lane = 0; lane < count; lane++) {
        for (let t = 0; t < lengths![lane]!; t++) {
          const wanted = classes[t * lanes + lane]!;
          if (wanted < 0) continue;
          expect(wanted).toBe((x[t * lanes + lane]! + 1) % 10);
          asked++;
        }
      }
      // Validation asks for every letter but the first, once, and reads six before each window but the first.
      if (split === 'val') expect([asked, lengths![0], lengths![1]]).toEqual([99, 16, 22]);
    }
  });

  it('is also learned from by truncated back-propagation through time', async () => {
    writeFileSync(join(folder, 'train'), text.repeat(4));
    writeFileSync(join(folder, 'val'), text);
    const cut = recipe('text-model', letters, {
      epochs: 30,
      optimiser: { kind: 'adam', lr: 0.02 },
      bptt: { k1: 8, k2: 16 },
      data: { window: 32 },
    });
    const { evaluation } = await train({ recipe: cut, dataFolder: folder, runFolder: join(folder, 'cut') });
    // The next letter follows from the one before: log2 10 = 3.3 bits for who has not learned it.
    expect(evaluation!.figures.bitsPerCharacter).toBeLessThan(0.5);
    expect(evaluation!.figures.error).toBe(0);
  });

  it('of words counts its bits by word', async () => {
    const words = await prepare('to be or\nnot to be', 'to be', 'text-model', tokens(4, 4), {
      features: { unit: 'word' },
    });
    expect(words.notes).toEqual({ 'different tokens': 4, 'tokens of text': 6 });
    const { best, ...figures } = words.figures({ nats: Math.LN2, steps: 1, wrongSteps: 0 });
    expect(figures).toEqual({ bitsPerWord: 1, perplexity: 2, error: 0 });
    expect(best).toBe(1);
  });
});
