/** Started with the path of threadEngine's script and what it takes: prints the milliseconds of its first result. */
import { Worker } from 'node:worker_threads';

const [script, engine, module, call] = process.argv.slice(2);
const started = performance.now();
new Worker(script!, { workerData: { engine, module, call } }).once('message', () => {
  console.log(performance.now() - started);
  process.exit();
});
