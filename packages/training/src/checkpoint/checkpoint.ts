/**
 * A checkpoint: all that a run needs to go on as if it had never stopped. One file: a magic word, a JSON
 * header, float32 vectors, and the sha256 of everything before it, so that a torn file is known as such.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { RivuletError } from '@rivulet/core';
import * as v from 'valibot';
import type { Patience } from '../optim/patience.ts';
import { writeDurably } from './writeDurably.ts';

/** "RVCKPT" and the version of the format. */
const MAGIC = Buffer.from('RVCKPT01', 'latin1');
const HASH_BYTES = 32;

const steps = v.pipe(v.number(), v.integer(), v.minValue(0));

/** The header but for its vectors. Keys that a later version adds are let through. */
const Header = v.looseObject({
  recipeHash: v.string(),
  commit: v.optional(v.string()),
  step: steps,
  totalSteps: steps,
  trainCount: steps,
  data: v.optional(v.string()),
  threads: v.pipe(v.number(), v.integer(), v.minValue(1)),
  variant: v.picklist(['plain', 'relaxed']),
  // JSON has no NaN: a figure that was one comes back as null.
  best: v.optional(
    v.record(
      v.string(),
      v.pipe(
        v.nullable(v.number()),
        v.transform((x) => x ?? Number.NaN),
      ),
    ),
  ),
  firstLoss: v.optional(v.number()),
  lossSum: v.number(),
  lossCount: steps,
  seconds: v.number(),
  vectors: v.record(v.string(), steps),
});

export interface Checkpoint {
  /** Hash of the recipe; a run only resumes under the recipe it began with. */
  readonly recipeHash: string;
  /** Commit of the code that trained, where it is known. */
  readonly commit?: string;
  /** Steps taken. */
  readonly step: number;
  readonly totalSteps: number;
  /** Samples of the training set, which the order of batches depends on. */
  readonly trainCount: number;
  /** sha256 of the data's files, where the task names them. */
  readonly data?: string;
  /** Threads and kernels: the sums are only the same again with the same of both. */
  readonly threads: number;
  readonly variant: 'plain' | 'relaxed';
  /** Figures of the best validation so far. */
  readonly best?: Readonly<Record<string, number>>;
  /** What validations have decided so far, where the recipe lets them decide. */
  readonly patience?: Patience;
  /** Loss of the run's first step. */
  readonly firstLoss?: number;
  /** Sum and count of the losses since the last log of an epoch. */
  readonly lossSum: number;
  readonly lossCount: number;
  /** Seconds spent training. */
  readonly seconds: number;
  /** Flat vectors of the network's parameters by name: weights, m, v, average. */
  readonly vectors: Readonly<Record<string, Float32Array>>;
}

/**
 * At every moment the name leads to a whole checkpoint, the old or the new.
 * @throws STORAGE_FULL where there is no room; the old one is as it was
 */
export function writeCheckpoint(path: string, checkpoint: Checkpoint): void {
  const { vectors, ...header } = checkpoint;
  const lengths = Object.fromEntries(Object.entries(vectors).map(([name, { length }]) => [name, length]));
  const json = Buffer.from(JSON.stringify({ ...header, vectors: lengths }));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(json.length);
  const parts = [
    MAGIC,
    size,
    json,
    ...Object.values(vectors).map((v) => Buffer.from(v.buffer, v.byteOffset, v.byteLength)),
  ];
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  writeDurably(path, [...parts, hash.digest()]);
}

/** @throws CHECKPOINT_INVALID for a file that is cut short, changed or of another kind */
export function readCheckpoint(path: string): Checkpoint {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw invalid(path, `cannot be read: ${(cause as Error).message}`, cause);
  }
  const body = bytes.subarray(0, -HASH_BYTES);
  if (body.length < MAGIC.length + 4 || !body.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw invalid(path, 'is not a checkpoint');
  }
  if (!createHash('sha256').update(body).digest().equals(bytes.subarray(-HASH_BYTES))) {
    throw invalid(path, 'is damaged');
  }
  try {
    return parseBody(body);
  } catch (cause) {
    throw invalid(path, 'has a header that does not fit it', cause);
  }
}

/** @param body everything but the hash */
function parseBody(body: Buffer): Checkpoint {
  const jsonStart = MAGIC.length + 4;
  const jsonEnd = jsonStart + body.readUInt32LE(MAGIC.length);
  const header = v.parse(Header, JSON.parse(body.toString('utf8', jsonStart, jsonEnd)));
  const vectors: Record<string, Float32Array> = {};
  let at = jsonEnd;
  for (const [name, length] of Object.entries(header.vectors)) {
    const end = at + length * 4;
    if (end > body.length) throw new RangeError(`${name} has ${length} floats`);
    vectors[name] = new Float32Array(new Uint8Array(body.subarray(at, end)).buffer);
    at = end;
  }
  if (at !== body.length) throw new RangeError(`${body.length - at} bytes belong to no vector`);
  return { ...header, vectors } as Checkpoint;
}

function invalid(path: string, what: string, cause?: unknown): RivuletError {
  return new RivuletError('CHECKPOINT_INVALID', `The checkpoint ${path} ${what}`, { path }, cause);
}
