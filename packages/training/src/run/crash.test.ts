import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../checkpoint/checkpoint.ts';
import { JOBS, type Job, jobOptions } from '../fixtures/jobs.ts';
import { readRunLog } from '../fixtures/readRunLog.ts';
import { Random } from '../random.ts';
import { type TrainOptions, train } from '../trainer.ts';

const EPOCHS = 12;
let folder: string;
/** The run that nothing happens to. */
let whole: string;

const options = (runFolder: string, job: Job = 'whole'): TrainOptions => ({
  ...jobOptions(job, EPOCHS),
  dataFolder: folder,
  runFolder,
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rivulet-crash-'));
  whole = join(folder, 'whole');
  await train(options(whole));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a run learned: its last and best weights with all that goes on from them. */
function outcome(runFolder: string) {
  return ['last', 'best'].map((name) => {
    const { seconds: _, ...rest } = readCheckpoint(join(runFolder, `${name}.ckpt`));
    return rest;
  });
}

/** Steps and validations as logged, but for the time that they took. */
function logged(runFolder: string): unknown[] {
  return readRunLog(join(runFolder, 'log.jsonl'))
    .filter(({ kind }) => kind === 'step' || kind === 'validation')
    .map((entry) => ({ ...entry, time: '', milliseconds: 0, seconds: 0 }));
}

function expectSameAsWhole(runFolder: string, unharmed = whole): void {
  expect(outcome(runFolder)).toEqual(outcome(unharmed));
  expect(logged(runFolder)).toEqual(logged(unharmed));
}

interface Session {
  /** Step that it began at. */
  readonly begun: number;
  readonly code: number | null;
}

/**
 * Trains in a process of its own, from where the folder is.
 * @param lines that the process must have said before it may be killed
 * @param milliseconds from then until it is; absent: it may come to its end
 */
async function session(job: Job, runFolder: string, lines: number, milliseconds?: number): Promise<Session> {
  const script = fileURLToPath(new URL('../fixtures/trainJob.ts', import.meta.url));
  const resume = existsSync(join(runFolder, 'last.ckpt')) ? ['resume'] : [];
  const child = spawn(process.execPath, [script, job, runFolder, String(EPOCHS), ...resume], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let said = '';
  child.stdout.on('data', (part) => {
    said += part;
  });
  const isDue = (): boolean => said.split('\n').length > lines;
  while (!isDue() && child.exitCode === null) await Promise.race([once(child.stdout, 'data'), ended]);
  if (milliseconds !== undefined) {
    await setTimeout(milliseconds);
    child.kill('SIGKILL');
  }
  const [code] = await ended;
  return { begun: Number(said.split('\n')[0]), code };
}

describe('a run that is cut off', () => {
  it('goes on bit for bit after kill -9 at random moments, and logs each step once', async () => {
    const runFolder = join(folder, 'killed');
    const seed = Date.now();
    const random = Random.fromSeed(seed);
    const begun: number[] = [];
    let code: number | null = null;
    for (let sessions = 0; code !== 0; sessions++) {
      // The first few are killed wherever they are; then it may come to its end.
      const ended = await session('whole', runFolder, 1, sessions < 4 ? random.uniform(5, 120) : undefined);
      begun.push(ended.begun);
      code = ended.code;
      expect(sessions, `seed ${seed}, begun at ${begun}`).toBeLessThan(6);
    }
    // No session lost what one before it had saved, and some were cut off between checkpoints.
    expect(begun).toEqual([...begun].sort((a, b) => a - b));
    expect(begun.length).toBeGreaterThan(1);
    expectSameAsWhole(runFolder);
  });

  it.each(JOBS.filter((job) => job !== 'whole'))(
    'goes on bit for bit after kill -9, trained another way: %s',
    async (job) => {
      const [unharmed, killed] = [join(folder, job), join(folder, `${job}-killed`)];
      await train(options(unharmed, job));
      const milliseconds = Date.now() % 10;
      // Killed once it has saved something, and wherever it then is.
      const first = await session(job, killed, 2, milliseconds);
      const second = await session(job, killed, 1);
      const at = `killed ${milliseconds} ms after its first checkpoint`;
      expect([first.begun, first.code, second.code], at).toEqual([0, null, 0]);
      expect(second.begun, at).toBeGreaterThan(0);
      expectSameAsWhole(killed, unharmed);
      // It is another training: its weights are not those of the plain one.
      expect(outcome(unharmed)).not.toEqual(outcome(whole));
    },
  );

  it('goes on from a torn log, a log that is behind, and none', async () => {
    for (const [name, harm] of Object.entries({
      torn: (log: string) => appendFileSync(log, '{"time":"2026-01-01T00:00:00.000Z","kind":"step","st'),
      zeros: (log: string) => appendFileSync(log, Buffer.alloc(300)),
      behind: (log: string) => truncateSync(log, 700),
      none: (log: string) => rmSync(log),
    })) {
      const runFolder = join(folder, name);
      await train({ ...options(runFolder), stopAfter: 20 });
      harm(join(runFolder, 'log.jsonl'));
      await train({ ...options(runFolder), resume: true });
      expect(outcome(runFolder)).toEqual(outcome(whole));
      const [entries, all] = [logged(runFolder), logged(whole)];
      // A log that lost steps which the checkpoint has is none of whole runs any more, but true and without twins.
      const lost = all.length - entries.length;
      expect(lost).toBe({ torn: 0, zeros: 0, behind: lost, none: 23 }[name]);
      const at = entries.map((entry) => all.findIndex((other) => isDeepStrictEqual(entry, other)));
      expect(at).toEqual([...new Set(at)].sort((a, b) => a - b));
      expect(at).not.toContain(-1);
      expect(entries.slice(-40)).toEqual(all.slice(-40));
    }
  });

  // /dev/full takes no byte: what is led there meets the very error of a full disk.
  describe.skipIf(!existsSync('/dev/full'))('by a full disk', () => {
    it('keeps the checkpoint from before, says STORAGE_FULL, and goes on bit for bit', async () => {
      const runFolder = join(folder, 'full');
      const last = join(runFolder, 'last.ckpt');
      let kept: Buffer | undefined;
      const full = train({
        ...options(runFolder),
        checkpointSeconds: 0,
        onEvent: (event) => {
          if (event.kind !== 'checkpoint' || event.step !== 22) return;
          kept = readFileSync(last);
          symlinkSync('/dev/full', `${last}.${process.pid}.tmp`);
        },
      });
      await expect(full).rejects.toMatchObject({ code: 'STORAGE_FULL', details: { path: last } });
      expect(readFileSync(last)).toEqual(kept);
      expect(readRunLog(join(runFolder, 'log.jsonl')).at(-1)).toMatchObject({
        kind: 'end',
        finished: false,
        error: { code: 'STORAGE_FULL' },
      });
      await train({ ...options(runFolder), resume: true });
      expectSameAsWhole(runFolder);
    });

    it('ends with STORAGE_FULL when the log finds no room, and leaves a run that goes on', async () => {
      const runFolder = join(folder, 'full-log');
      await train({ ...options(runFolder), stopAfter: 15 });
      const log = join(runFolder, 'log.jsonl');
      rmSync(log);
      symlinkSync('/dev/full', log);
      await expect(train({ ...options(runFolder), resume: true })).rejects.toMatchObject({
        code: 'STORAGE_FULL',
        details: { path: log },
      });
      rmSync(log);
      await train({ ...options(runFolder), resume: true });
      expect(outcome(runFolder)).toEqual(outcome(whole));
    });
  });
});
