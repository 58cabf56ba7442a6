/** The worker's script on the web: a host that reads by fetch. */
import { RivuletError } from '@rivulet/core';
import * as Comlink from 'comlink';
import { createAdaptHost } from './host.ts';

async function read(address: string): Promise<Uint8Array> {
  const failed = (code: 'MODEL_NOT_FOUND' | 'MODEL_FETCH', why: unknown): RivuletError =>
    new RivuletError(code, `${address} could not be read: ${why}`, { location: address });
  const response = await fetch(address).catch((cause) => {
    throw failed('MODEL_FETCH', cause);
  });
  if (!response.ok)
    throw failed(response.status === 404 ? 'MODEL_NOT_FOUND' : 'MODEL_FETCH', response.status);
  return new Uint8Array(await response.arrayBuffer());
}

Comlink.expose(createAdaptHost(read));
