/**
 * The page's side of a file that is fetched while its worker still starts: each takes about as long as the other, and
 * the two need not wait for one another.
 */
import * as Comlink from 'comlink';
import type { EarlyAnswer } from '../load/readEarly.ts';
import type { EarlyFile, HostApi } from './api.ts';

/** Up to here a file that nobody watches crosses in one piece: every further one costs a message. */
const WHOLE_BYTES = 2 ** 20;

/** Fetches the file and hands over whatever comes, or that nothing did. Never rejects. */
export async function sendEarlyFile(
  api: HostApi,
  file: EarlyFile,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { ticket } = file;
  const answer = streamsCross() ? await earlyAnswer(file, signal) : undefined;
  const body = answer && ('whole' in answer ? answer.whole : answer.body);
  try {
    await api.early(ticket, body && Comlink.transfer(answer, [body]));
  } catch {
    if (body instanceof ReadableStream && !body.locked) body.cancel().catch(() => {});
    api.early(ticket, undefined).catch(() => {});
  }
}

/** Not every browser lets a stream cross: there the host fetches by itself, once. */
function streamsCross(): boolean {
  try {
    const stream = new ReadableStream();
    structuredClone(stream, { transfer: [stream] });
    return true;
  } catch {
    return false;
  }
}

/** @returns undefined where there is none, which the host will find out by itself */
async function earlyAnswer(
  { location, watched }: EarlyFile,
  signal: AbortSignal | undefined,
): Promise<EarlyAnswer | undefined> {
  try {
    const response = await fetch(location, { ...(signal && { signal }) });
    const { ok, status, headers, body } = response;
    // Of what is compressed the length says nothing.
    const bytes = headers.has('content-encoding') ? 0 : Number(headers.get('content-length'));
    if (ok && !watched && bytes > 0 && bytes <= WHOLE_BYTES) return { whole: await response.arrayBuffer() };
    return body ? { status, headers: [...headers], body } : undefined;
  } catch {
    return undefined;
  }
}
