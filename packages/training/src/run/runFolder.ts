/**
 * The folder of a run, which is all that there is to know of it: recipe.json, run.json (seed, data, code,
 * machine), log.jsonl, curves.svg, best.ckpt and last.ckpt, and evaluation.json once it has come to its end.
 */
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { storageError, writeDurably, writeWhole } from '../checkpoint/writeDurably.ts';
import type { InitRecord } from '../import/initialWeights.ts';
import type { Recipe } from '../recipe.ts';
import type { TrainEvent } from '../trainEvent.ts';
import { curvesSvg } from './curvesSvg.ts';
import type { DataHashes } from './dataHashes.ts';
import { makeFolder } from './makeFolder.ts';
import { RunCurves } from './runCurves.ts';
import { RunLog } from './runLog.ts';

const FILES = {
  last: 'last.ckpt',
  best: 'best.ckpt',
  recipe: 'recipe.json',
  record: 'run.json',
  log: 'log.jsonl',
  curves: 'curves.svg',
  evaluation: 'evaluation.json',
  test: 'evaluation.test.json',
} as const;

/** run.json */
export interface RunRecord {
  readonly format: 1;
  readonly seed: number;
  readonly recipeHash: string;
  readonly data: DataHashes;
  /** Absolute: where the data lay. */
  readonly dataFolder: string;
  readonly parameters: number;
  /** The model that the weights came from, where they were not drawn. */
  readonly init?: InitRecord;
  /** One for each time that the run began or went on. */
  readonly sessions: readonly RunSession[];
}

export interface RunSession {
  /** ISO 8601 */
  readonly time: string;
  /** Steps taken before. */
  readonly step: number;
  readonly commit?: string;
  readonly threads: number;
  readonly variant: 'plain' | 'relaxed';
  readonly node: string;
  readonly machine: string;
}

export class RunFolder {
  readonly path: string;
  #log: RunLog | undefined;
  #curves = new RunCurves();
  #title = '';

  /** @throws ARGUMENT where there can be no such folder, STORAGE_FULL */
  constructor(path: string) {
    this.path = path;
    makeFolder(path);
  }

  file(name: keyof typeof FILES): string {
    return RunFolder.fileIn(this.path, name);
  }

  static fileIn(runFolder: string, name: keyof typeof FILES): string {
    return join(runFolder, FILES[name]);
  }

  /**
   * A run that is there may be hours of work: whoever forgot to ask for it to go on still finds it, until the next one
   * is set aside.
   * @returns the folder it went to, where there was one
   * @throws ARGUMENT where it cannot go there, STORAGE_FULL
   */
  setAside(): string | undefined {
    if (!existsSync(this.file('last')) && !existsSync(this.file('best'))) return undefined;
    const aside = join(this.path, 'previous');
    makeFolder(aside);
    for (const name of Object.values(FILES)) {
      const to = join(aside, name);
      try {
        // What the run has not, the one that was set aside before it may: one folder is of one run.
        rmSync(to, { force: true });
        if (existsSync(join(this.path, name))) renameSync(join(this.path, name), to);
      } catch (cause) {
        throw storageError(to, cause);
      }
    }
    return aside;
  }

  /** Writes what the run is, and opens its log after the steps that are taken. */
  begin(
    recipe: Recipe,
    facts: Omit<RunRecord, 'format' | 'sessions'>,
    session: Session,
    goesOn: boolean,
  ): void {
    const earlier = goesOn ? this.#recordBefore() : undefined;
    const machine = `${cpus()[0]?.model.trim() ?? 'unknown'}, ${process.platform} ${process.arch}`;
    const now: RunSession = {
      time: new Date().toISOString(),
      ...session,
      node: process.version,
      machine,
    };
    const init = earlier?.init ? { init: earlier.init } : {};
    const dataFolder = resolve(facts.dataFolder);
    const sessions = [...(earlier?.sessions ?? []), now];
    const record: RunRecord = { format: 1, ...init, ...facts, dataFolder, sessions };
    this.#writeJson('recipe', recipe);
    this.#writeJson('record', record);
    const { log, kept } = RunLog.open(this.file('log'), session.step);
    this.#log = log;
    this.#title = `${recipe.task}, seed ${recipe.seed}`;
    for (const entry of kept) this.#curves.add(entry);
  }

  /** @throws STORAGE_FULL where there is no room */
  record(event: TrainEvent): void {
    this.#log?.append(event);
    this.#curves.add(event);
    if (event.kind === 'validation' || event.kind === 'end') this.#draw();
  }

  /** Makes sure that what was recorded is on the disk. */
  sync(): void {
    this.#log?.sync();
  }

  close(): void {
    this.#log?.close();
    this.#log = undefined;
  }

  /** Figures of the run's best weights. */
  writeEvaluation(evaluation: object, split: 'val' | 'test'): void {
    this.#writeJson(split === 'test' ? 'test' : 'evaluation', evaluation);
  }

  #draw(): void {
    writeWhole(this.file('curves'), [Buffer.from(curvesSvg(this.#curves, this.#title))]);
  }

  /** A record that is missing or damaged is no reason not to go on. */
  #recordBefore(): RunRecord | undefined {
    try {
      const record = JSON.parse(readFileSync(this.file('record'), 'utf8')) as RunRecord;
      return Array.isArray(record.sessions) ? record : undefined;
    } catch {
      return undefined;
    }
  }

  #writeJson(name: keyof typeof FILES, value: object): void {
    writeDurably(this.file(name), [Buffer.from(`${JSON.stringify(value, null, 2)}\n`)]);
  }
}

type Session = Pick<RunSession, 'step' | 'commit' | 'threads' | 'variant'>;
