/**
 * A checkpoint: all that a run needs to go on as if it had never stopped. One file: a magic word, a JSON
 * header, float32 vectors, and the sha256 of everything before it, so that a torn file is known as such.
 */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { RivuletError } from '@rivulet/core';

/** "RVCKPT" and the version of the format. */
const MAGIC = Buffer.from('RVCKPT01', 'latin1');
const HASH_BYTES = 32;

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
  /** Threads and kernels: the sums are only the same again with the same of both. */
  readonly threads: number;
  readonly variant: 'plain' | 'relaxed';
  /** Figures of the best validation so far. */
  readonly best?: Readonly<Record<string, number>>;
  /** Sum and count of the losses since the last log of an epoch. */
  readonly lossSum: number;
  readonly lossCount: number;
  /** Seconds spent training. */
  readonly seconds: number;
  /** Flat vectors of the network's parameters by name: weights, m, v, average. */
  readonly vectors: Readonly<Record<string, Float32Array>>;
}

/**
 * Writes beside the target, makes sure that the bytes are on the disk, and only then takes the target's
 * name: at every moment the name leads to a whole checkpoint, the old or the new.
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
    throw invalid(path, 'cannot be read', cause);
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
  const header = JSON.parse(body.toString('utf8', jsonStart, jsonEnd));
  const vectors: Record<string, Float32Array> = {};
  let at = jsonEnd;
  for (const [name, length] of Object.entries(header.vectors as Record<string, number>)) {
    const end = at + length * 4;
    if (!(length >= 0 && end <= body.length)) throw new RangeError(`${name} has ${length} floats`);
    vectors[name] = new Float32Array(new Uint8Array(body.subarray(at, end)).buffer);
    at = end;
  }
  return { ...header, vectors };
}

/** Replaces a file so that a power cut leaves the old one or the new one, never a part. */
export function writeDurably(path: string, parts: readonly Uint8Array[]): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(temporary, 'w');
    try {
      for (const part of parts) {
        for (let at = 0; at < part.length; ) at += writeSync(file, part, at);
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (cause) {
    // On a full disk the half that was written must not take the room that the next try needs.
    rmSync(temporary, { force: true });
    throw cause;
  }
  // The new name itself is only durable once its folder is; Windows has no such call.
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function invalid(path: string, what: string, cause?: unknown): RivuletError {
  return new RivuletError('CHECKPOINT_INVALID', `The checkpoint ${path} ${what}`, { path }, cause);
}
