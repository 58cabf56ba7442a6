/**
 * No engine: the job's multiplications and additions as nothing but `f32x4.relaxed_madd`, with no memory to wait for.
 * It takes its turn like the others, for what a machine can do at best changes with what else is asked of it.
 */
import { peakLoop } from '../engine/floor.ts';
import type { TrainingEngine } from './engine.ts';
import { jobOperations } from './jobs.ts';

export function peakEngine(): TrainingEngine {
  const { run, multiplications } = peakLoop('relaxedFloat32');
  return {
    name: 'multiply-adds alone (relaxed madd)',
    async open(job) {
      // A multiplication and its addition are two operations.
      const calls = Math.ceil(jobOperations(job) / 2 / multiplications);
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
