/**
 * No engine: the job's multiplications and additions as nothing but `f32x4.relaxed_madd`, with no memory to wait for.
 * It takes its turn like the others, for what a machine can do at best changes with what else is asked of it.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { BARRIER_WORDS } from '../../../packages/training/src/parallel/barrier.ts';
import { peakLoop } from '../engine/floor.ts';
import type { TrainingEngine } from './engine.ts';
import { type Job, jobOperations } from './jobs.ts';
import type { PeakThreadInit, PeakTurn } from './peakThread.ts';

/** Calls of the loop that have as many multiplications as a step; one of them and its addition are two operations. */
function callsOf(job: Job, multiplications: number): number {
  return Math.ceil(jobOperations(job) / 2 / multiplications);
}

export function peakEngine(): TrainingEngine {
  const { run, multiplications } = peakLoop('relaxedFloat32');
  return {
    name: 'multiply-adds alone (relaxed madd)',
    async open(job) {
      const calls = callsOf(job, multiplications);
      return async (steps) =>
        Array.from({ length: steps }, () => {
          const started = performance.now();
          for (let i = 0; i < calls; i++) run();
          return performance.now() - started;
        });
    },
    async close() {},
  };
}

/** The same, half of it on each of two threads: what two processors are worth that may not be two whole cores. */
export function peakPairEngine(): TrainingEngine {
  const threads = 2;
  const { multiplications } = peakLoop('relaxedFloat32');
  const barrier = new SharedArrayBuffer(BARRIER_WORDS * Int32Array.BYTES_PER_ELEMENT);
  const workerData: PeakThreadInit = { barrier, threads };
  const url = new URL('./peakThread.ts', import.meta.url);
  const workers = Array.from({ length: threads }, () => new Worker(url, { workerData }));
  return {
    name: `the same, ${threads} threads`,
    async open(job) {
      const calls = Math.ceil(callsOf(job, multiplications) / threads);
      return async (steps) => {
        const turn: PeakTurn = { steps, calls };
        const [first] = await Promise.all(
          workers.map(async (worker) => {
            worker.postMessage(turn);
            const [times] = await once(worker, 'message');
            return times as readonly number[];
          }),
        );
        return first!;
      };
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
