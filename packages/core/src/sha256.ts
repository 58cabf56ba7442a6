import { codePart } from './codePart.ts';

/**
 * SHA-256 (FIPS 180-4) in hexadecimal. `crypto.subtle` does it where the context is secure; a box in the local
 * network that serves plain http has none, and a model must be checked there too: by code of our own, fetched then.
 * @throws ENGINE_UNAVAILABLE where that code does not come
 */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const { crypto } = globalThis as Partial<Digester>;
  const digest = crypto?.subtle
    ? new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
    : await digestHere(bytes);
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function digestHere(bytes: Uint8Array): Promise<Uint8Array> {
  // Of the bytes as they are now, as the platform's is: a caller may write into them while the code comes.
  const given = bytes.slice();
  const { sha256Here } = await codePart('SHA-256', () => import('./sha256Here.ts'));
  return sha256Here(given);
}

/** What is used of the platform's `crypto`: Node and the web both have it, their types are neither's here. */
interface Digester {
  readonly crypto: {
    readonly subtle?: { digest(algorithm: 'SHA-256', bytes: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> };
  };
}
