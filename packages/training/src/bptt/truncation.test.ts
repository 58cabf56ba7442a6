import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadTrainKernels } from '@rivulet/kernels/train';
import { afterAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../checkpoint/checkpoint.ts';
import { task } from '../fixtures/echoTask.ts';
import { echoTask, meanRecipe } from '../fixtures/recipes.ts';
import { initialise } from '../nn/initialise.ts';
import { Network } from '../nn/network.ts';
import { planNetwork } from '../nn/networkPlan.ts';
import { Random } from '../random.ts';
import type { Recipe, RecipeInput } from '../recipe.ts';
import type { TrainEvent } from '../trainEvent.ts';
import { type TrainOptions, train } from '../trainer.ts';
import { elmanTruncated } from './fixtures/elmanTruncated.ts';
import { shardGradient } from './shardGradient.ts';
import { TruncatedPass, truncationOf } from './truncation.ts';

const folder = mkdtempSync(join(tmpdir(), 'rivulet-bptt-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function recipe(change: Partial<RecipeInput> = {}): Recipe {
  return meanRecipe({
    data: { train: 16, val: 8, steps: 12, delay: 2 },
    network: {
      inputs: { x: 1 },
      layers: [
        { op: 'lstm', name: 'a', hidden: 6 },
        { op: 'layerNorm' },
        { op: 'dropout', rate: 0.2 },
        { op: 'gru', name: 'b', hidden: 5 },
        { op: 'rnn', name: 'c', hidden: 5 },
        { op: 'dense', name: 'y', units: 1 },
      ],
      outputs: ['y'],
    },
    ...change,
  });
}

const samples = Int32Array.of(3, 1, 4, 0, 5);

async function open(given: Recipe) {
  const plan = planNetwork(given.network);
  const network = new Network(await loadTrainKernels({ variant: 'plain' }), plan, { inputGradients: true });
  initialise(plan, network.weights(), 3);
  const data = await task.prepare(given, '');
  return { plan, network, data };
}

/** Sum of the losses and gradients of all chunks, from the same weights. */
async function chunked(bptt: NonNullable<Recipe['bptt']>, change: Partial<RecipeInput> = {}) {
  const given = recipe({ bptt, ...change });
  const { plan, network, data } = await open(given);
  const random = Random.fromSeed(9);
  const batch = data.batch('train', samples, random.derive('data'));
  const mode = { dropout: random.derive('dropout') };
  const pass = new TruncatedPass(network, data, batch, truncationOf(given, plan)!, mode);
  const gradients = new Float32Array(plan.floats);
  let loss = 0;
  for (let chunk = 0; chunk < pass.chunks; chunk++) {
    loss += pass.gradient(chunk).sum;
    network.gradients().forEach((slope, i) => {
      gradients[i]! += slope;
    });
  }
  return { loss, gradients, chunks: pass.chunks, beyond: pass.gradient(pass.chunks) };
}

async function whole(change: Partial<RecipeInput> = {}) {
  const { network, data } = await open(recipe(change));
  const { sum } = shardGradient(network, data, samples, 0, 1, Random.fromSeed(9));
  return { loss: sum, gradients: network.gradients().slice() };
}

const distance = (a: Float32Array, b: Float32Array): number =>
  Math.hypot(...a.map((value, i) => value - b[i]!)) / Math.hypot(...b);

/** Masks are drawn by chunk: without them chunks compute what the whole does. */
const plain = { ...recipe().network, layers: recipe().network.layers.filter(({ op }) => op !== 'dropout') };

describe('truncated back-propagation through time', () => {
  it('is the whole one, bit for bit, when one chunk holds the sequence', async () => {
    const one = await chunked({ k1: 40 });
    const all = await whole();
    expect(one.chunks).toBe(1);
    expect(one.loss).toBe(all.loss);
    expect(one.gradients).toEqual(all.gradients);
    expect(one.beyond).toEqual({ sum: 0, weight: 0 });
  });

  it.each([true, false])(
    'carries the state: chunks have the loss of the whole (lengths %s)',
    async (lengths) => {
      const change = { network: plain, data: { ...recipe().data, lengths } };
      for (const k1 of [1, 3, 5]) {
        // Windows begin where a chunk does, and within one.
        for (const k2 of [k1, k1 + 2]) {
          const { loss, chunks } = await chunked({ k1, k2 }, change);
          expect(chunks).toBe(Math.ceil(12 / k1));
          // The same sums in the same order, but for where the loss of a chunk is closed.
          expect(loss).toBeCloseTo((await whole(change)).loss, 5);
        }
      }
    },
  );

  it.each([1, 3, 12])(
    'begins anew in every chunk what goes through a vector beside the sequence, k1 %i',
    async (k1) => {
      const network: RecipeInput['network'] = {
        inputs: { x: 1, vector: 2 },
        layers: [
          { op: 'lstm', name: 'about', in: 'vector', hidden: 4 },
          { op: 'repeat', name: 'each', like: 'x' },
          { op: 'concat', name: 'both', in: 'x', with: ['each'] },
          { op: 'gru', hidden: 5 },
          { op: 'dense', name: 'y', units: 1 },
        ],
        outputs: ['y'],
      };
      const { network: made, data } = await open(recipe({ network }));
      const batch = data.batch('train', samples, Random.fromSeed(9));
      const random = Random.fromSeed(4);
      const values = Float32Array.from({ length: 2 * batch.lanes }, () => random.normal());
      const inputs = { ...batch.inputs, vector: { data: values, T: 1, F: 2, lanes: batch.lanes } };
      const besides = { ...batch, inputs };
      const pass = new TruncatedPass(made, data, besides, { k1, k2: k1 + 2 }, {});
      let loss = 0;
      for (let chunk = 0; chunk < pass.chunks; chunk++) loss += pass.gradient(chunk).sum;
      const all = data.loss(made.forward(besides), made.outputLengths(), besides).sum;
      expect(loss).toBeCloseTo(all, 5);
    },
  );

  it('has the gradient of the whole when it reaches back to the first step, and another when it is cut', async () => {
    const change = { network: plain };
    const { gradients } = await whole(change);
    const reach = await Promise.all([3, 6, 12].map((k2) => chunked({ k1: 3, k2 }, change)));
    const [short, middle, full] = reach.map((found) => distance(found.gradients, gradients));
    expect(full).toBeLessThan(1e-5);
    expect(middle).toBeGreaterThan(1e-3);
    expect(short).toBeGreaterThan(middle!);
  });

  it.each([
    [3, 3],
    [3, 4],
    [3, 5],
    [4, 7],
    [5, 12],
    [2, 11],
    [1, 4],
    [5, 40],
  ])('is what the equations say for k1 %i and k2 %i: every k1 steps, k2 steps back', async (k1, k2) => {
    for (const lengths of [true, false]) {
      const data = { ...recipe().data, lengths };
      const layers = [
        { op: 'rnn', name: 'a', hidden: 4 },
        { op: 'dense', name: 'y', units: 1 },
      ] as const;
      const network = { inputs: { x: 1 }, layers: [...layers], outputs: ['y'] };
      const given = recipe({ data, network });
      const { loss, gradients } = await chunked({ k1, k2 }, { data, network });
      const { plan, network: made, data: task } = await open(given);
      const batch = task.batch('train', samples, Random.fromSeed(9).derive('data'));
      const expected = elmanTruncated(plan, made.weights(), batch, k1, k2);
      expect(loss).toBeCloseTo(expected.loss, 4);
      expect(distance(gradients, expected.gradients)).toBeLessThan(2e-6);
    }
  });

  it('is refused where a layer needs the whole sequence, and for a k2 that leaves out steps', () => {
    const refusal = (given: Recipe): unknown => {
      try {
        return truncationOf(given, planNetwork(given.network));
      } catch (error) {
        return (error as { details: unknown }).details;
      }
    };
    expect(refusal(recipe({ bptt: { k1: 4, k2: 3 } }))).toMatchObject({ key: 'bptt.k2', got: 3 });
    expect(refusal(recipe({ bptt: { k1: 4, k2: 6 }, network: plain }))).toEqual({ k1: 4, k2: 6 });
    const both = { ...plain, layers: [...plain.layers] };
    both.layers.splice(1, 0, { op: 'gru', name: 'two', hidden: 4, bidirectional: true });
    expect(refusal(recipe({ bptt: { k1: 4 }, network: both }))).toMatchObject({
      key: 'network.layers.1',
      got: 'two',
    });
    expect(refusal(recipe())).toBeUndefined();
  });
});

describe('a run with bptt', () => {
  let runs = 0;
  async function run(change: Partial<RecipeInput>, options: Partial<TrainOptions> = {}) {
    const losses: number[] = [];
    const events: TrainEvent[] = [];
    const runFolder = join(folder, `run${runs++}`);
    const given = { runFolder, ...options };
    await train({
      recipe: recipe({ epochs: 3, batch: 8, ...change }),
      task: echoTask,
      dataFolder: folder,
      variant: 'plain',
      onEvent: (event) => {
        events.push(event);
        if (event.kind === 'step') losses[event.step - 1] = event.loss;
      },
      ...given,
    });
    return { losses, events, runFolder: given.runFolder };
  }
  const vectors = (runFolder: string) => readCheckpoint(join(runFolder, 'last.ckpt')).vectors;

  it('takes the same steps as without, when one chunk holds every sequence', async () => {
    const [cut, all] = [await run({ bptt: { k1: 12 } }), await run({})];
    expect(cut.losses).toEqual(all.losses);
    expect(vectors(cut.runFolder)).toEqual(vectors(all.runFolder));
  });

  it.each([1, 3])(
    'goes on bit for bit after a stop, %i thread(s), fewer samples than threads too',
    async (threads) => {
      const change = { bptt: { k1: 4, k2: 7 }, data: { train: 17, val: 8, steps: 12, delay: 2 } };
      const all = await run(change, { threads });
      const first = await run(change, { threads, stopAfter: 4 });
      const second = await run(change, { threads, runFolder: first.runFolder, resume: true });
      expect([...first.losses, ...second.losses.slice(4)]).toEqual(all.losses);
      expect(vectors(second.runFolder)).toEqual(vectors(all.runFolder));
    },
  );

  it('learns what came in before the chunk began', async () => {
    const change = {
      bptt: { k1: 4 },
      epochs: 40,
      data: { train: 64, val: 16, steps: 24, delay: 2, lengths: false },
      network: {
        inputs: { x: 1 },
        layers: [
          { op: 'lstm' as const, hidden: 12 },
          { op: 'dense' as const, name: 'y', units: 1 },
        ],
        outputs: ['y'],
      },
      optimiser: { kind: 'adam' as const, lr: 0.01 },
    };
    const { events } = await run(change);
    const figures = events.flatMap((event) => (event.kind === 'validation' ? [event.figures.mse!] : []));
    // The variance of what is to be said is 1/3; half of it comes from before its chunk.
    expect(figures.at(-1)).toBeLessThan(0.05);
  });

  it('tells the norms of gradients on request, the same whatever the threads, and moves no step by it', async () => {
    const [quiet, one, two] = [
      await run({}),
      await run({}, { gradientNorms: 2 }),
      await run({}, { gradientNorms: 2, threads: 2 }),
    ];
    expect(one.losses).toEqual(quiet.losses);
    const told = (events: readonly TrainEvent[]) =>
      events.flatMap((e) => (e.kind === 'gradients' ? [e] : []));
    expect(told(quiet.events)).toHaveLength(0);
    expect(told(one.events).map(({ step }) => step)).toEqual([2, 4, 6]);
    const [first] = told(one.events);
    const step = one.events.find((event) => event.kind === 'step' && event.step === 2);
    const total = Math.hypot(...Object.values(first!.layers));
    expect(step?.kind === 'step' && Math.abs(total / step.norm - 1)).toBeLessThan(1e-5);
    expect(Object.keys(first!.layers)).toEqual(['a', 'layerNorm1', 'b', 'c', 'y']);
    expect(Object.keys(first!.steps)).toEqual(['x', 'a', 'layerNorm1', 'dropout2', 'b', 'c', 'y']);
    const [other] = told(two.events);
    for (const [name, norms] of Object.entries(first!.steps)) {
      norms.forEach((norm, t) => {
        expect(other!.steps[name]![t]).toBeCloseTo(norm, 4);
      });
    }
  });
});
