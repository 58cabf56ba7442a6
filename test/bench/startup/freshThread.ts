/** Started with the path of threadEngine's script and what it takes: prints the ThreadTimes of its first result. */
import { Worker } from 'node:worker_threads';

export interface ThreadTimes {
  /** Milliseconds from `new Worker` to the thread's first line: Node's own, whatever the thread does. */
  readonly boot: number;
  /** From there to the first result here. */
  readonly work: number;
}

const [script, engine, module, call] = process.argv.slice(2);
const started = process.hrtime.bigint();
new Worker(script!, { workerData: { engine, module, call } }).once('message', (firstLine: bigint) => {
  const milliseconds = (from: bigint, to: bigint): number => Number(to - from) / 1e6;
  const times: ThreadTimes = {
    boot: milliseconds(started, firstLine),
    work: milliseconds(firstLine, process.hrtime.bigint()),
  };
  console.log(JSON.stringify(times));
  process.exit();
});
