/** The shapes that recurrent networks come in: each a recipe that learns its task, run by the library afterwards. */
import { crossEntropy, Random, type RecipeInput, squaredError } from '@rivulet/training/network';
import { describe, expect, it } from 'vitest';
import { argMax, batchOf, classesOf, learn, run } from './learn.ts';

const BATCH = 32;
const samples = <S>(count: number, draw: () => S): S[] => Array.from({ length: count }, draw);
const adam = (lr: number) => ({ kind: 'adam' as const, lr, clip: 1 });
/** What no training step has drawn. */
const fresh = (): Random => Random.fromSeed(99);
const rows = (values: readonly number[]): number[][] => values.map((value) => [value]);
/** Share of the pairs that are equal. */
const agreement = (pairs: readonly (readonly [number, number])[]): number =>
  pairs.filter(([a, b]) => a === b).length / pairs.length;

describe('many to one', () => {
  /** A wave of one of three frequencies, any phase, noise on it. */
  function wave(random: Random): { steps: number[][]; kind: number } {
    const kind = random.int(3);
    const phase = random.uniform(0, 6.28);
    const steps = samples(12 + random.int(9), () => 0).map((_, t) => [
      Math.sin(phase + t * [0.4, 0.8, 1.4][kind]!) + random.uniform(-0.2, 0.2),
    ]);
    return { steps, kind };
  }

  it.each([
    ['the last state of both directions', { op: 'state', name: 'whole' }],
    ['the mean of all steps', { op: 'pool', name: 'whole', kind: 'mean' }],
  ] as const)('classifies a sequence by %s', async (_, whole) => {
    const { model } = await learn(
      {
        network: {
          inputs: { x: 1 },
          layers: [
            { op: 'gru', hidden: 12, bidirectional: true },
            whole,
            { op: 'dense', name: 'y', units: 3 },
          ],
          outputs: ['y'],
        },
        optimiser: adam(0.01),
      },
      200,
      (random) => {
        const drawn = samples(BATCH, () => wave(random));
        return batchOf({ x: drawn.map(({ steps }) => steps) }, classesOf(drawn.map(({ kind }) => [kind])));
      },
      crossEntropy,
    );
    const random = fresh();
    const unseen = samples(60, () => wave(random));
    const found = await Promise.all(
      unseen.map(async ({ steps }) => argMax((await run(model, { x: steps }))[0]!)),
    );
    expect(agreement(found.map((kind, i) => [kind, unseen[i]!.kind]))).toBeGreaterThan(0.9);
    await model.dispose();
  });
});

describe('one to many', () => {
  it('generates a sequence from a vector', async () => {
    const steps = 16;
    const positions = samples(steps, () => 0).map((_, t) => [t / steps]);
    const wave = (speed: number, height: number): number[] =>
      positions.map((_, t) => height * Math.sin(speed * t));
    const { model } = await learn(
      {
        network: {
          inputs: { vector: 2, position: 1 },
          layers: [
            { op: 'dense', name: 'thought', in: 'vector', units: 24, activation: 'tanh' },
            { op: 'repeat', name: 'reminded', in: 'vector', like: 'position' },
            { op: 'concat', name: 'read', in: 'position', with: ['reminded'] },
            { op: 'gru', name: 'decoder', hidden: 24, initial: 'thought' },
            { op: 'dense', name: 'y', units: 1 },
          ],
          outputs: ['y'],
        },
        optimiser: adam(0.01),
      },
      600,
      (random) => {
        const drawn = samples(BATCH, () => [random.uniform(0.2, 0.8), random.uniform(0.3, 1)] as const);
        const target = new Float32Array(steps * BATCH);
        drawn.forEach(([speed, height], lane) => {
          wave(speed, height).forEach((value, t) => {
            target[t * BATCH + lane] = value;
          });
        });
        return batchOf(
          { vector: drawn.map((vector) => [[...vector]]), position: drawn.map(() => positions) },
          target,
        );
      },
      squaredError,
    );
    const made = await run(model, { vector: [[0.5, 0.8]], position: positions });
    // A height of 0.8 is 0.32 in the mean square.
    const error = wave(0.5, 0.8).reduce((sum, value, t) => sum + (value - made[t]![0]!) ** 2, 0) / steps;
    expect(error).toBeLessThan(0.02);
    await model.dispose();
  });
});

describe('many to many, in step', () => {
  it('tags each step by what stands before and after it', async () => {
    const draw = (random: Random) => {
      const x = samples(5 + random.int(8), () => random.int(4));
      const tags = x.map((_, t) => (((x[t - 1] ?? 0) + (x[t + 1] ?? 0)) % 4 > 1 ? 1 : 0));
      return { x, tags };
    };
    const { model } = await learn(
      {
        network: {
          inputs: { x: 1 },
          layers: [
            { op: 'embedding', tokens: 4, units: 6 },
            { op: 'lstm', hidden: 16, bidirectional: true },
            { op: 'dropout', rate: 0.1 },
            { op: 'dense', units: 16, activation: 'relu' },
            { op: 'dense', name: 'y', units: 2 },
          ],
          outputs: ['y'],
        },
        optimiser: adam(0.01),
      },
      400,
      (random) => {
        const drawn = samples(BATCH, () => draw(random));
        return batchOf({ x: drawn.map(({ x }) => rows(x)) }, classesOf(drawn.map(({ tags }) => tags)));
      },
      crossEntropy,
    );
    const random = fresh();
    const pairs: [number, number][] = [];
    for (const { x, tags } of samples(30, () => draw(random))) {
      const found = await run(model, { x: rows(x) });
      tags.forEach((tag, t) => {
        pairs.push([argMax(found[t]!), tag]);
      });
    }
    expect(agreement(pairs)).toBeGreaterThan(0.95);
    await model.dispose();
  });

  it('writes text letter by letter, the surer the colder', async () => {
    const words = ['river', 'delta', 'ford', 'brook', 'spring'];
    const letters = [...new Set([' ', ...words.join('')])].sort();
    const text = (random: Random): number[] => {
      const all = samples(6, () => `${words[random.int(words.length)]} `).join('');
      return [...all].map((letter) => letters.indexOf(letter));
    };
    const { model } = await learn(
      {
        network: {
          inputs: { letter: 1 },
          layers: [
            { op: 'embedding', tokens: letters.length, units: 8 },
            { op: 'gru', hidden: 32 },
            { op: 'layerNorm' },
            { op: 'dense', name: 'next', units: letters.length },
          ],
          outputs: ['next'],
        },
        optimiser: adam(0.02),
      },
      250,
      (random) => {
        const drawn = samples(BATCH, () => text(random));
        const inputs = drawn.map((sample) => rows(sample.slice(0, -1)));
        return batchOf({ letter: inputs }, classesOf(drawn.map((sample) => sample.slice(1))));
      },
      crossEntropy,
    );
    const write = async (temperature: number, random: Random): Promise<string> => {
      const stream = model.createStream();
      let letter = letters.indexOf(' ');
      let written = '';
      for (let i = 0; i < 120; i++) {
        const { data } = await stream.push(Float32Array.of(letter));
        const weights = Array.from(data, (logit) => Math.exp(logit / temperature));
        let left = random.next() * weights.reduce((a, b) => a + b, 0);
        letter = weights.findIndex((weight) => (left -= weight) < 0);
        written += letters[letter];
      }
      await stream.dispose();
      return written;
    };
    const known = (written: string): number => {
      const found = written.split(' ').slice(0, -1);
      return found.filter((word) => words.includes(word)).length / found.length;
    };
    expect(known(await write(0.3, fresh()))).toBe(1);
    expect(known(await write(4, fresh()))).toBeLessThan(0.5);
    await model.dispose();
  });
});

describe('many to many, encoder and decoder', () => {
  /** Digits 1 ... 5; 0 begins a sentence, and ends it. */
  const TOKENS = 6;
  const draw = (random: Random): number[] => samples(2 + random.int(4), () => 1 + random.int(TOKENS - 1));
  const LONGEST = 6;
  const padded = (values: readonly number[]): number[] => [
    ...values,
    ...samples(LONGEST - values.length, () => 0),
  ];

  const decoders: Record<string, RecipeInput['network']['layers']> = {
    'without attention': [{ op: 'dense', name: 'y', units: TOKENS }],
    'with attention': [
      { op: 'dense', name: 'query', units: 48 },
      { op: 'attention', name: 'context', keys: 'encoder' },
      { op: 'concat', name: 'both', in: 'decoder', with: ['context'] },
      { op: 'dense', units: 24, activation: 'tanh' },
      { op: 'dense', name: 'y', units: TOKENS },
    ],
  };

  it.each(Object.entries(decoders))('says a sequence backwards, %s', async (_, decoder) => {
    const { model } = await learn(
      {
        network: {
          inputs: { source: 1, said: 1 },
          layers: [
            { op: 'embedding', name: 'heard', in: 'source', tokens: TOKENS, units: 8 },
            { op: 'gru', name: 'encoder', hidden: 24, bidirectional: true },
            { op: 'state', name: 'meaning' },
            { op: 'dense', name: 'bridge', units: 48, activation: 'tanh' },
            { op: 'embedding', name: 'before', in: 'said', tokens: TOKENS, units: 8 },
            { op: 'gru', name: 'decoder', hidden: 48, initial: 'bridge' },
            ...decoder,
          ],
          outputs: ['y'],
        },
        optimiser: adam(0.01),
      },
      700,
      (random) => {
        const drawn = samples(BATCH, () => draw(random));
        const answers = drawn.map((digits) => [...digits].reverse());
        const said = answers.map((answer) => rows(padded([0, ...answer])));
        // What follows the end does not count.
        return batchOf({ source: drawn.map(rows), said }, classesOf(answers.map((answer) => [...answer, 0])));
      },
      crossEntropy,
    );
    const random = fresh();
    const pairs: [number, number][] = [];
    for (const digits of samples(30, () => draw(random))) {
      const said = [0];
      while (said.length <= LONGEST) {
        const found = await run(model, { source: rows(digits), said: rows(said) });
        const next = argMax(found.at(-1)!);
        if (next === 0) break;
        said.push(next);
      }
      pairs.push([Number(said.slice(1).join('')), Number([...digits].reverse().join(''))]);
    }
    expect(agreement(pairs)).toBeGreaterThan(0.9);
    await model.dispose();
  });
});
