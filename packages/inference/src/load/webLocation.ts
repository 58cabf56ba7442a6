/**
 * The URL that a page means. A worker resolves against its own script, so it is made whole before it crosses:
 * against the document, or against the script where this package runs in a worker itself.
 */
import { RivuletError } from '@rivulet/core';

/** @throws ARGUMENT for what is no URL */
export function webLocation(location: string | URL): string {
  try {
    return new URL(location, globalThis.document?.baseURI ?? globalThis.location.href).href;
  } catch (cause) {
    throw new RivuletError('ARGUMENT', `"${location}" is no URL`, { location: String(location) }, cause);
  }
}
