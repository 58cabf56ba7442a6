/** A lone training thread in a browser's worker, as a page has it that is not isolated: no memory is shared. */
import { initialise } from '../../../packages/training/src/nn/initialise.ts';
import { planNetwork } from '../../../packages/training/src/nn/networkPlan.ts';
import { createSharedState } from '../../../packages/training/src/parallel/sharedState.ts';
import { TrainerThread } from '../../../packages/training/src/parallel/trainerThread.ts';
import { type Job, jobRecipe } from '../training/jobs.ts';
import { task } from '../training/jobTask.ts';

export type Request = { readonly open: Job } | { readonly steps: number };

let thread: TrainerThread | undefined;
let samples = new Int32Array(0);
let step = 0;

async function open(job: Job): Promise<void> {
  const recipe = jobRecipe(job);
  const plan = planNetwork(recipe.network);
  const shared = createSharedState(plan.floats, 1, ArrayBuffer);
  initialise(plan, new Float32Array(shared.weights), recipe.seed);
  samples = Int32Array.from({ length: job.batch }, (_, i) => i);
  const init = { recipe, task: { name: 'job' }, dataFolder: '', thread: 0, threads: 1, shared };
  thread = await TrainerThread.open({ ...init, variant: 'auto' }, task);
  thread.handle({ kind: 'restore' });
}

async function answer(request: Request): Promise<number[]> {
  if ('open' in request) {
    await open(request.open);
    return [];
  }
  const times: number[] = [];
  for (let i = 0; i < request.steps; i++) {
    const started = performance.now();
    thread!.handle({ kind: 'step', step: step++, samples, lr: 1e-3 });
    times.push(performance.now() - started);
  }
  return times;
}

addEventListener('message', ({ data }: MessageEvent<Request>) => {
  answer(data).then(
    (times) => postMessage({ times }),
    (error) => postMessage({ failure: String(error) }),
  );
});
