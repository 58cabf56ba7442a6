/** One thread of peakEngine's two: its half of each step's multiply-adds, then it waits for the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { Barrier } from '../../../packages/training/src/parallel/barrier.ts';
import { peakLoop } from '../engine/floor.ts';

export interface PeakThreadInit {
  readonly barrier: SharedArrayBuffer;
  readonly threads: number;
}
export interface PeakTurn {
  readonly steps: number;
  /** Of the loop, in each step. */
  readonly calls: number;
}

const init = workerData as PeakThreadInit;
const barrier = new Barrier(new Int32Array(init.barrier), init.threads);
const { run } = peakLoop('relaxedFloat32');

parentPort!.on('message', ({ steps, calls }: PeakTurn) => {
  const times: number[] = [];
  barrier.wait();
  for (let step = 0; step < steps; step++) {
    const started = performance.now();
    for (let i = 0; i < calls; i++) run();
    barrier.wait();
    times.push(performance.now() - started);
  }
  parentPort!.postMessage(times);
});
