/** Our trainer as `npm run train` runs it: its pool of threads, their networks and optimisers. */
import type { KernelProfile } from '@rivulet/kernels/train';
import { initialise } from '../../../packages/training/src/nn/initialise.ts';
import { planNetwork } from '../../../packages/training/src/nn/networkPlan.ts';
import type { KernelVariant, ThreadInit } from '../../../packages/training/src/parallel/protocol.ts';
import { createSharedState } from '../../../packages/training/src/parallel/sharedState.ts';
import { StepsAhead } from '../../../packages/training/src/parallel/stepsAhead.ts';
import { ThreadPool } from '../../../packages/training/src/parallel/threadPool.ts';
import { TrainerThread } from '../../../packages/training/src/parallel/trainerThread.ts';
import type { TrainingEngine } from './engine.ts';
import { type Job, jobRecipe } from './jobs.ts';
import { task } from './jobTask.ts';

const TASK_URL = new URL('./jobTask.ts', import.meta.url).href;
const LR = 1e-3;

/** What a thread, or a pool of them, is opened with: fresh weights, and all samples in every step. */
function startOf(job: Job, threads: number, variant: KernelVariant): Omit<ThreadInit, 'thread'> {
  const recipe = jobRecipe(job);
  const plan = planNetwork(recipe.network);
  const shared = createSharedState(plan.floats, threads);
  initialise(plan, new Float32Array(shared.weights), recipe.seed);
  return { recipe, task: { url: TASK_URL }, dataFolder: '', variant, threads, shared };
}

export function ourEngine(threads: number, variant: 'relaxed' | 'plain'): TrainingEngine {
  const pools: ThreadPool[] = [];
  return {
    name: `Rivulet, ${variant} SIMD, ${threads} thread${threads > 1 ? 's' : ''}`,
    async open(job) {
      const start = startOf(job, threads, variant);
      const pool = await ThreadPool.open(start);
      pools.push(pool);
      await pool.ask({ kind: 'restore' });
      const samples = Int32Array.from({ length: job.batch }, (_, i) => i);
      // As the trainer takes them: the threads begin the next one meanwhile, but none beyond their turn.
      const ahead = new StepsAhead(pool, start.shared);
      const request = (step: number) => ({ kind: 'step', step, samples, lr: LR }) as const;
      let step = 0;
      return async (steps) => {
        const times: number[] = [];
        for (const end = step + steps; step < end; step++) {
          const next = step + 1 < end ? request(step + 1) : undefined;
          times.push((await ahead.take(request(step), next)).milliseconds);
        }
        return times;
      };
    },
    async close() {
      await Promise.all(pools.map((pool) => pool.close()));
    },
  };
}

export interface JobProfile {
  /** Milliseconds of a step by kernel; `others` is everything outside of the kernels. */
  readonly kernels: ReadonlyMap<string, number>;
  readonly milliseconds: number;
  readonly memoryBytes: number;
}

/** Where one thread's time goes: a few steps with a clock around each kernel. */
export async function profileJob(job: Job, variant: 'relaxed' | 'plain'): Promise<JobProfile> {
  const profile: KernelProfile = new Map();
  const init = { ...startOf(job, 1, variant), thread: 0 };
  const thread = await TrainerThread.open(init, task, { profile });
  thread.handle({ kind: 'restore' });
  const samples = Int32Array.from({ length: job.batch }, (_, i) => i);
  const [warm, counted] = [8, 8];
  let started = 0;
  for (let step = 0; step < warm + counted; step++) {
    if (step === warm) {
      for (const entry of profile.values()) Object.assign(entry, { calls: 0, milliseconds: 0 });
      started = performance.now();
    }
    thread.handle({ kind: 'step', step, samples, lr: LR });
  }
  const milliseconds = (performance.now() - started) / counted;
  const kernels = new Map([...profile].map(([name, entry]) => [name, entry.milliseconds / counted]));
  const inKernels = [...kernels.values()].reduce((sum, each) => sum + each, 0);
  kernels.set('others', milliseconds - inKernels);
  return { kernels, milliseconds, memoryBytes: thread.memoryBytes };
}
