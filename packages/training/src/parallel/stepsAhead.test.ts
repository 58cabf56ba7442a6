import { afterEach, describe, expect, it } from 'vitest';
import { echoTask, meanRecipe, meanTask } from '../fixtures/recipes.ts';
import { initialise } from '../nn/initialise.ts';
import { planNetwork } from '../nn/networkPlan.ts';
import type { Recipe } from '../recipe.ts';
import type { SharedState, StepRequest } from './protocol.ts';
import { createSharedState } from './sharedState.ts';
import { StepsAhead } from './stepsAhead.ts';
import { ThreadPool } from './threadPool.ts';

const THREADS = 2;
const pools: ThreadPool[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

interface Opened {
  readonly pool: ThreadPool;
  readonly shared: SharedState;
  readonly steps: StepsAhead;
}

/** Truncated back-propagation: several updates a step. */
const chunked = meanRecipe({
  data: { train: 96, val: 8, steps: 12, delay: 2 },
  network: {
    inputs: { x: 1 },
    layers: [
      { op: 'gru', hidden: 6 },
      { op: 'dense', name: 'y', units: 1 },
    ],
    outputs: ['y'],
  },
  bptt: { k1: 4 },
});

const WAYS = [
  ['over whole sequences', meanRecipe(), meanTask],
  ['in chunks', chunked, echoTask],
] as const;

async function open(recipe: Recipe = meanRecipe(), task = meanTask): Promise<Opened> {
  const plan = planNetwork(recipe.network);
  const shared = createSharedState(plan.floats, THREADS);
  initialise(plan, new Float32Array(shared.weights), recipe.seed);
  const init = { recipe, task, dataFolder: '', variant: 'plain', shared } as const;
  const pool = await ThreadPool.open({ ...init, threads: THREADS });
  pools.push(pool);
  await pool.ask({ kind: 'restore' });
  return { pool, shared, steps: new StepsAhead(pool, shared) };
}

const request = (step: number): StepRequest => ({
  kind: 'step',
  step,
  samples: Int32Array.from({ length: 16 }, (_, i) => (16 * step + i) % 96),
  lr: 1e-2,
});

/** Weights and moments as the threads have them. */
async function state({ pool, shared }: Opened): Promise<Float32Array[]> {
  await pool.ask({ kind: 'flush' });
  return [shared.weights, shared.m, shared.v].map((buffer) => new Float32Array(buffer).slice());
}

describe('steps that are begun ahead', () => {
  it.each(WAYS)('bring what they bring one after the other, %s', async (_, recipe, task) => {
    const [ahead, asked] = [await open(recipe, task), await open(recipe, task)];
    for (let step = 0; step < 8; step++) {
      const { replies, milliseconds } = await ahead.steps.take(request(step), request(step + 1));
      const [expected] = await asked.pool.ask<'step'>(request(step));
      expect(replies).toHaveLength(THREADS);
      expect(replies[0]!.loss).toBe(expected!.loss);
      expect(replies[0]!.norm).toBe(expected!.norm);
      expect(milliseconds).toBeGreaterThan(0);
    }
    await ahead.steps.drop();
    expect(await state(ahead)).toEqual(await state(asked));
  });

  it.each(WAYS)(
    'leave no trace when they are dropped, and may be taken after all, %s',
    async (_, recipe, task) => {
      const [dropping, asked] = [await open(recipe, task), await open(recipe, task)];
      for (let step = 0; step < 4; step++) {
        await dropping.steps.take(request(step), request(step + 1));
        await dropping.steps.drop();
        await asked.pool.ask(request(step));
        expect(await state(dropping)).toEqual(await state(asked));
      }
    },
  );

  it('fail where they are taken, with the error of the thread that failed', async () => {
    // Sample 40 is one of step 2.
    const { steps } = await open(meanRecipe({ data: { train: 96, val: 24, maxLength: 9, throwAt: 40 } }));
    await steps.take(request(0), request(1));
    const [second, third] = [steps.take(request(1), request(2)), steps.take(request(2))];
    await second.catch(() => {});
    await expect(third).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });
});
