/** A folder that a run or a model is written to: better refused by its name before hours of training than after them. */
import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { RivuletError } from '@rivulet/core';
import { storageError } from '../checkpoint/writeDurably.ts';

/**
 * Makes the folder, and those above it, where they are not there yet.
 * @throws ARGUMENT where it cannot be made or written to, STORAGE_FULL for want of room; both name it
 */
export function makeFolder(path: string): void {
  try {
    makeMissing(resolve(path));
    accessSync(path, constants.W_OK);
  } catch (cause) {
    const error = storageError(path, cause);
    if (!(error instanceof RivuletError) || error.code === 'STORAGE_FULL') throw error;
    const message = `${path} cannot be a folder to write to: ${(cause as Error).message}`;
    throw new RivuletError('ARGUMENT', message, { path }, cause);
  }
}

/**
 * One by one from the top: Node's own `recursive` tries forever where a folder is there in which none can be made, for
 * the system then says of the new one what it says of a missing one above it.
 */
function makeMissing(path: string): void {
  if (isFolder(path)) return;
  if (dirname(path) !== path) makeMissing(dirname(path));
  try {
    mkdirSync(path);
  } catch (cause) {
    // Another process may have been faster.
    if (!isFolder(path)) throw cause;
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
