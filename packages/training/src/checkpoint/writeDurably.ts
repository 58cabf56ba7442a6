/** Files of a run that must survive a crash, a kill and a full disk: replaced whole or not at all. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { RivuletError } from '@rivulet/core';

/**
 * Replaces a file so that a power cut leaves the old one or the new one, never a part: writes beside the target,
 * makes sure that the bytes are on the disk, and only then takes the target's name.
 * @throws STORAGE_FULL where there is no room; the old file is as it was
 */
export function writeDurably(path: string, parts: readonly Uint8Array[]): void {
  replaceFile(path, parts, true);
  // The new name itself is only durable once its folder is; Windows has no such call.
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(path), 'r');
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
  replaceFile(path, parts, false);
}

function replaceFile(path: string, parts: readonly Uint8Array[], sync: boolean): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(temporary, 'w');
    try {
      for (const part of parts) {
        for (let at = 0; at < part.length; ) at += writeSync(file, part, at);
      }
      if (sync) fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (cause) {
    // On a full disk the half that was written must not take the room that the next try needs.
    rmSync(temporary, { force: true });
    throw storageError(path, cause);
  }
}

/** What a failed write is called: STORAGE_FULL for want of room, else the error as it came. */
export function storageError(path: string, cause: unknown): unknown {
  const { code } = cause as NodeJS.ErrnoException;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return cause;
  return new RivuletError('STORAGE_FULL', `There is no room left to write ${path}`, { path }, cause);
}
