/**
 * `npm run bench -- training`: milliseconds of a training step (forward, backward, Adam) of the two reference jobs,
 * ours on one thread and on two, in a worker of Chromium, PyTorch with OpenBLAS on one thread and tfjs on
 * WebAssembly, in turns, and multiply-adds alone, this machine's peak, on one thread and on two; the memory; and where
 * the time goes. `npm run bench -- training A two torch` takes only the jobs and engines that are named.
 */
import { availableParallelism, cpus } from 'node:os';
import { hasRelaxedSimd } from '../../packages/kernels/src/binary/hasRelaxedSimd.ts';
import { median } from './median.ts';
import { openChromium } from './training/chromiumEngine.ts';
import type { Runner, TrainingEngine } from './training/engine.ts';
import { IDLE_MACHINE, idleGain } from './training/idleGain.ts';
import { JOBS, type Job, jobOperations } from './training/jobs.ts';
import { ourEngine, profileJob } from './training/ourEngine.ts';
import { partsOf } from './training/parts.ts';
import { peakEngine, peakPairEngine } from './training/peakEngine.ts';
import { findTorch } from './training/torchEngine.ts';

const ROUNDS = 16;
/** A turn of an engine lasts about this long (ms), but for those that take longer for a single step. */
const TURN_MS = 250;
/** Steps before the first turn that counts: V8 and PyTorch warm up. */
const WARM_MS = 1000;
/** What takes longer than this a step (ms) is asked in every third round only. */
const SLOW_MS = 400;

type EngineKey = 'ours' | 'two' | 'plain' | 'chromium' | 'peak' | 'pair' | 'torch' | 'tfjs';

const OPEN: Readonly<Record<EngineKey, () => Promise<TrainingEngine | undefined>>> = {
  ours: async () => ourEngine(1, 'relaxed'),
  two: async () => ourEngine(2, 'relaxed'),
  plain: async () => ourEngine(1, 'plain'),
  chromium: openChromium,
  peak: async () => (hasRelaxedSimd() ? peakEngine() : undefined),
  pair: async () => (hasRelaxedSimd() ? peakPairEngine() : undefined),
  torch: async () => findTorch(),
  tfjs: async () => (await import('./training/tfjsEngine.ts')).openTfjs(),
};

/** Figure: its name, from the medians of a job; the goals stand in the table. */
const RATIOS: readonly {
  name: string;
  of: EngineKey;
  to: EngineKey;
  must?: number;
  aim?: number;
  job?: 'A' | 'B';
}[] = [
  { name: 'against PyTorch', of: 'torch', to: 'ours', must: 1.5, aim: 2.2, job: 'A' },
  { name: 'against PyTorch', of: 'torch', to: 'ours', must: 1.4, aim: 2.2, job: 'B' },
  { name: 'against tfjs wasm', of: 'tfjs', to: 'ours', must: 20, aim: 40 },
  { name: 'two threads against one', of: 'ours', to: 'two', must: 1.8, aim: 1.95 },
  { name: 'the same of multiply-adds alone', of: 'peak', to: 'pair' },
  { name: 'Chromium worker against Node', of: 'ours', to: 'chromium', must: 0.9, aim: 1 },
  { name: 'of multiply-adds alone (the peak)', of: 'peak', to: 'ours', must: 0.7, aim: 0.88 },
];

/** Milliseconds a step: the median of all, and the fastest, which is what the machine does when left in peace. */
interface Timing {
  readonly median: number;
  readonly fastest: number;
}
type Timings = Partial<Record<EngineKey, Timing>>;

export const PARTS = [...JOBS.map(({ name }) => name), ...Object.keys(OPEN)];

export async function bench(args: readonly string[]): Promise<Record<string, number>> {
  const jobs = JOBS.filter(({ name }) => args.includes(name) || !JOBS.some((job) => args.includes(job.name)));
  const keys = Object.keys(OPEN) as EngineKey[];
  // Two threads are worth what two processors are, which on a shared machine changes by the second.
  const withTwo: readonly EngineKey[] = args.includes('two') ? ['peak', 'pair'] : [];
  const asked = keys.filter((key) => args.includes(key) || withTwo.includes(key));
  const engines = new Map<EngineKey, TrainingEngine>();
  for (const key of asked.length > 0 ? keys.filter((key) => key === 'ours' || asked.includes(key)) : keys) {
    const engine = await OPEN[key]();
    if (engine) engines.set(key, engine);
  }
  const figures: Record<string, number> = {};
  try {
    console.log(`${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, Node ${process.versions.node}`);
    for (const job of jobs) Object.assign(figures, await benchJob(job, engines));
  } finally {
    for (const engine of engines.values()) await engine.close();
  }
  return figures;
}

async function benchJob(
  job: Job,
  engines: ReadonlyMap<EngineKey, TrainingEngine>,
): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  const put = (name: string, value: number): void => {
    figures[`job ${job.name}, ${name}`] = value;
  };
  console.log(`\njob ${job.name}: ${job.what}, batch ${job.batch}, T ${job.T}`);
  const runners = await openRunners(job, engines);
  const timings = await alternate(runners);
  const operations = jobOperations(job);
  for (const [key, engine] of engines) {
    const { median, fastest } = timings[key]!;
    put(`${key}, ms a step`, median);
    put(`${key}, fastest, ms a step`, fastest);
    console.log(
      `  ${engine.name.padEnd(36)}${median.toFixed(1).padStart(9)} ms a step (fastest ${fastest.toFixed(1)})` +
        `${(operations / median / 1e6).toFixed(1).padStart(8)} GFLOP/s`,
    );
  }
  for (const { name, of, to, must, aim, job: only } of RATIOS) {
    const [above, below] = [timings[of], timings[to]];
    if ((only && only !== job.name) || !above || !below) continue;
    const ratio = above.median / below.median;
    const quick = above.fastest / below.fastest;
    put(name, ratio);
    put(`${name}, fastest steps`, quick);
    const goals = must ? `   must ${must}x, aim ${aim}x` : '';
    console.log(
      `  ${name.padEnd(36)}${ratio.toFixed(2).padStart(9)}x (fastest ${quick.toFixed(2)}x)${goals}`,
    );
  }
  const idle = await idleGain(runners);
  if (idle) {
    put('two threads against one, idle machine', idle.gain);
    put('multiply-adds alone, idle machine', idle.machine);
    console.log(
      `  two threads against one where nobody disturbs them (fastest steps of ${idle.turns} short turns each):` +
        ` ${idle.gain.toFixed(2)}x, multiply-adds alone ${idle.machine.toFixed(2)}x`,
    );
    if (idle.machine < IDLE_MACHINE)
      console.log('    of little worth: the machine never had two whole processors');
  }
  const profile = await profileJob(job, 'relaxed');
  const megabytes = profile.memoryBytes / 1e6;
  put('memory, MB', megabytes);
  console.log(`  ${'memory of the kernels'.padEnd(36)}${megabytes.toFixed(1).padStart(9)} MB`);
  console.log(`  where the time goes, of ${profile.milliseconds.toFixed(1)} ms:`);
  for (const [part, milliseconds] of partsOf(profile.kernels)) {
    put(`${part}, ms`, milliseconds);
    const percent = (100 * milliseconds) / profile.milliseconds;
    console.log(
      `    ${part.padEnd(46)}${milliseconds.toFixed(2).padStart(8)} ms${percent.toFixed(1).padStart(7)} %`,
    );
  }
  return figures;
}

async function openRunners(
  job: Job,
  engines: ReadonlyMap<EngineKey, TrainingEngine>,
): Promise<ReadonlyMap<EngineKey, Runner>> {
  const runners = new Map<EngineKey, Runner>();
  for (const [key, engine] of engines) {
    const run = await engine.open(job);
    let typical = 0;
    let spent = 0;
    do {
      [typical = 0] = await run(1);
      spent += typical;
    } while (spent < WARM_MS);
    runners.set(key, { run, typical });
  }
  return runners;
}

/** The engines take turns, so that a busy moment hits them alike. */
async function alternate(runners: ReadonlyMap<EngineKey, Runner>): Promise<Timings> {
  const times = new Map<EngineKey, number[]>([...runners.keys()].map((key) => [key, []]));
  for (let i = 0; i < ROUNDS; i++) {
    for (const [key, { run, typical }] of runners) {
      if (typical > SLOW_MS && i % 3 !== 0) continue;
      times.get(key)!.push(...(await run(Math.max(1, Math.round(TURN_MS / typical)))));
    }
  }
  const timings = [...times].map(
    ([key, values]) => [key, { median: median(values), fastest: Math.min(...values) }] as const,
  );
  return Object.fromEntries(timings);
}
