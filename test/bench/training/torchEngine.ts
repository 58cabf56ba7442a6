/** PyTorch with OpenBLAS on one thread, in a process of its own that takes steps when it is told to. */
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { TrainingEngine } from './engine.ts';

const SCRIPT = fileURLToPath(new URL('./torchJobs.py', import.meta.url));
/** Also for the libraries below it: whatever counts cores must find one. */
const ENV = { ...process.env, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1' };

/** Undefined, and a line that says why, where there is no such PyTorch. */
export function findTorch(): TrainingEngine | undefined {
  const reasons: string[] = [];
  for (const python of ['/usr/bin/python3', 'python3']) {
    const { status, stdout, stderr } = spawnSync(python, [SCRIPT, 'check'], { encoding: 'utf8', env: ENV });
    if (status === 0) return torchEngine(python, stdout.trim());
    reasons.push(`${python}: ${(stderr ?? '').trim().split('\n').at(-1) || 'does not run'}`);
  }
  console.log(
    `No PyTorch with OpenBLAS here (Debian: python3-torch libopenblas0-pthread). ${reasons.join('; ')}`,
  );
  return undefined;
}

function torchEngine(python: string, version: string): TrainingEngine {
  const child = spawn(python, [SCRIPT, 'serve'], { stdio: ['pipe', 'pipe', 'inherit'], env: ENV });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (request: object): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`PyTorch ended: ${JSON.stringify(request)}`);
    return JSON.parse(value);
  };
  return {
    name: `PyTorch ${version}`,
    async open(job) {
      await ask({ open: job });
      return async (steps) => (await ask({ job: job.name, steps })) as number[];
    },
    async close() {
      child.stdin.end();
    },
  };
}
