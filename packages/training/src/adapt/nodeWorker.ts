/** The worker's script in Node: a host that reads files, at the port that it was started with. */
import { readFile } from 'node:fs/promises';
import { workerData } from 'node:worker_threads';
import { RivuletError } from '@rivulet/core';
import * as Comlink from 'comlink';
import { createAdaptHost } from './host.ts';

async function read(path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    throw new RivuletError(
      'MODEL_NOT_FOUND',
      `${path} could not be read: ${cause}`,
      { location: path },
      cause,
    );
  }
}

Comlink.expose(createAdaptHost(read), workerData as Comlink.Endpoint);
