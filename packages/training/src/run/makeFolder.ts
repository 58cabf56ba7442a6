/** A folder that a run or a model is written to: better refused by its name before hours of training than after them. */
import { accessSync, constants, mkdirSync } from 'node:fs';
import { RivuletError } from '@rivulet/core';
import { storageError } from '../checkpoint/writeDurably.ts';

/**
 * Makes the folder, and those above it, where they are not there yet.
 * @throws ARGUMENT where it cannot be made or written to, STORAGE_FULL for want of room; both name it
 */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
    accessSync(path, constants.W_OK);
  } catch (cause) {
    const full = storageError(path, cause);
    if (full instanceof RivuletError) throw full;
    const message = `${path} cannot be a folder to write to: ${(cause as Error).message}`;
    throw new RivuletError('ARGUMENT', message, { path }, cause);
  }
}
