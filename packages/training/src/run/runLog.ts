/**
 * The log of a run: every event, one JSON object a line. It is written as the run goes; after a crash its last
 * line may be torn, and it may know steps that no checkpoint has: both are cut off before the run goes on, so
 * that each step stands there once.
 */
import { closeSync, fdatasyncSync, openSync, readFileSync, statSync, truncateSync, writeSync } from 'node:fs';
import { storageError } from '../checkpoint/writeDurably.ts';
import type { TrainEvent } from '../trainEvent.ts';

/** An event as it stands in the log. */
export type LogEntry = TrainEvent & {
  /** ISO 8601 */
  readonly time: string;
};

export class RunLog {
  readonly #path: string;
  readonly #file: number;

  private constructor(path: string) {
    this.#path = path;
    this.#file = openSync(path, 'a');
  }

  /**
   * @param step steps taken by the checkpoint that the run goes on from; what the log has beyond is cut off
   * @returns the log, and what stays of it
   * @throws ARGUMENT where it can be no file, STORAGE_FULL
   */
  static open(path: string, step: number): { readonly log: RunLog; readonly kept: readonly LogEntry[] } {
    try {
      const { kept, bytes } = entriesUpTo(path, step);
      if (bytes !== undefined) truncateSync(path, bytes);
      return { log: new RunLog(path), kept };
    } catch (cause) {
      throw storageError(path, cause);
    }
  }

  /** @throws STORAGE_FULL where there is no room */
  append(event: TrainEvent): void {
    const line = Buffer.from(`${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`);
    try {
      for (let at = 0; at < line.length; ) at += writeSync(this.#file, line, at);
    } catch (cause) {
      throw storageError(this.#path, cause);
    }
  }

  /** Comes before a checkpoint is written, else a power cut could leave a log that ends before it. */
  sync(): void {
    try {
      fdatasyncSync(this.#file);
    } catch (cause) {
      // A log that is led to a pipe or a device has no disk to wait for.
      if ((cause as NodeJS.ErrnoException).code !== 'EINVAL') throw storageError(this.#path, cause);
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** @returns the entries of at most `step` steps, and the bytes they take; none where there is no file */
function entriesUpTo(path: string, step: number): { kept: LogEntry[]; bytes?: number } {
  // A pipe or a device, which some lead their logs to, can be read for ever.
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return { kept: [] };
  const content = readFileSync(path);
  const kept: LogEntry[] = [];
  let start = 0;
  for (;;) {
    const end = content.indexOf(0x0a, start);
    if (end < 0) break;
    const entry = parse(content.toString('utf8', start, end));
    if (!entry || entry.step > step) break;
    kept.push(entry);
    start = end + 1;
  }
  return { kept, bytes: start };
}

/** Undefined for what no run wrote whole: a power cut can leave zeros where a line should be. */
function parse(line: string): LogEntry | undefined {
  try {
    const entry = JSON.parse(line) as LogEntry;
    return typeof entry.kind === 'string' && typeof entry.step === 'number' ? entry : undefined;
  } catch {
    return undefined;
  }
}
