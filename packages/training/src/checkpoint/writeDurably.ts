/** Files of a run that must survive a crash, a kill and a full disk: replaced whole or not at all. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { RivuletError } from '@rivulet/core';

/** A file's path and the bytes that it is to have. */
export interface NewFile {
  readonly path: string;
  readonly parts: readonly Uint8Array[];
}

/**
 * Replaces a file so that a power cut leaves the old one or the new one, never a part: writes beside the target,
 * makes sure that the bytes are on the disk, and only then takes the target's name.
 * @throws STORAGE_FULL where there is no room, ARGUMENT where no file can be; the old file is as it was
 */
export function writeDurably(path: string, parts: readonly Uint8Array[]): void {
  writeTogether([{ path, parts }]);
}

/**
 * The same for files of one folder that belong together: all are on the disk before the first takes its name, in the
 * order given. Only a kill between two names leaves some of both.
 * @throws STORAGE_FULL where there is no room for one; the old files are as they were
 */
export function writeTogether(files: readonly NewFile[]): void {
  replaceFiles(files, true);
  // The new names themselves are only durable once their folder is; Windows has no such call.
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(files[0]!.path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/**
 * The same for what can be made again: a kill leaves the old file or the new one, a power cut may leave neither.
 * Nothing waits for the disk.
 */
export function writeWhole(path: string, parts: readonly Uint8Array[]): void {
  replaceFiles([{ path, parts }], false);
}

function replaceFiles(files: readonly NewFile[], sync: boolean): void {
  let at = '';
  try {
    for (const { path, parts } of files) {
      at = path;
      writeBeside(path, parts, sync);
    }
    for (const { path } of files) {
      at = path;
      renameSync(beside(path), path);
    }
  } catch (cause) {
    // On a full disk what was written must not take the room that the next try needs.
    for (const { path } of files) rmSync(beside(path), { force: true });
    throw storageError(at, cause);
  }
}

const beside = (path: string): string => `${path}.${process.pid}.tmp`;

function writeBeside(path: string, parts: readonly Uint8Array[], sync: boolean): void {
  const file = openSync(beside(path), 'w');
  try {
    for (const part of parts) {
      for (let at = 0; at < part.length; ) at += writeSync(file, part, at);
    }
    if (sync) fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** What a failed write is called: STORAGE_FULL for want of room, else ARGUMENT, for the path is one that takes none. */
export function storageError(path: string, cause: unknown): unknown {
  const { code } = cause as NodeJS.ErrnoException;
  // No error of the system.
  if (code === undefined) return cause;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') {
    const message = `${path} cannot be written: ${(cause as Error).message}`;
    return new RivuletError('ARGUMENT', message, { path }, cause);
  }
  return new RivuletError('STORAGE_FULL', `There is no room left to write ${path}`, { path }, cause);
}
