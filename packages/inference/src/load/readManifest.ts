/** The bytes of a manifest as what they say: the checks of every key are a file of their own, fetched beside them. */
import { type Manifest, parseManifest, RivuletError } from '@rivulet/core';

/** @throws MANIFEST_INVALID, also for a page in place of a manifest */
export function readManifest(bytes: Uint8Array, location: string): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new RivuletError('MANIFEST_INVALID', `${location} is no JSON`, { location, path: '' }, cause);
  }
  return parseManifest(json);
}
