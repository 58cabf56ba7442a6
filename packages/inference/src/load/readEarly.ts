/** Reads as a worker does, but takes one file from the page, which began to fetch it before the worker was there. */
import { fetchBytesBy } from './fetchBytes.ts';
import { tooLarge } from './loadErrors.ts';
import { MAX_BYTES, type ReadBytes } from './readBytes.ts';

/** What a `fetch` elsewhere answered: a small file whole, else what there was to read. */
export type EarlyAnswer =
  | { readonly whole: ArrayBuffer }
  | {
      readonly status: number;
      readonly headers: [string, string][];
      readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
    };

/**
 * @param read reads all other files, and this one when it is tried again
 * @param coming undefined: it was not to be had there
 */
export function readEarly(
  read: ReadBytes,
  early: string,
  coming: Promise<EarlyAnswer | undefined>,
): ReadBytes {
  let waiting = true;
  return async (location, options = {}) => {
    if (location !== early || !waiting) return read(location, options);
    waiting = false;
    const answer = await coming;
    // The other thread's was the first attempt.
    if (!answer) return read(location, { ...options, retries: Math.max(0, (options.retries ?? 2) - 1) });
    if (!('whole' in answer)) {
      const responses = [new Response(answer.body, answer)];
      return fetchBytesBy(async (...request) => responses.pop() ?? fetch(...request))(location, options);
    }
    const { onProgress, maxBytes = MAX_BYTES } = options;
    const bytes = new Uint8Array(answer.whole);
    if (bytes.length > maxBytes) throw tooLarge(location, bytes.length, maxBytes);
    onProgress?.(bytes.length, bytes.length);
    return bytes;
  };
}
