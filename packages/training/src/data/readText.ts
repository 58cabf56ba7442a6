/** Reads a text file of the user's, gzipped or not, as UTF-8 with \n between its lines. */
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { RivuletError } from '@rivulet/core';

/** @throws DATA_INVALID for a file that cannot be read or is no UTF-8, naming it */
export async function readText(path: string): Promise<string> {
  try {
    const bytes = await readFile(path);
    const text = new TextDecoder('utf-8', { fatal: true }).decode(
      path.endsWith('.gz') ? gunzipSync(bytes) : bytes,
    );
    return text.replaceAll(/\r\n?/g, '\n');
  } catch (cause) {
    const message = `${path} cannot be read: ${(cause as Error).message}`;
    throw new RivuletError('DATA_INVALID', message, { path }, cause);
  }
}
