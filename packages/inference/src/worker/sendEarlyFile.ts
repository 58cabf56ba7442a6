/**
 * The page's side of a file that is fetched while its worker still starts: each takes about as long as the other, and
 * the two need not wait for one another.
 */
import * as Comlink from 'comlink';
import type { EarlyAnswer } from '../load/readEarly.ts';
import type { HostApi } from './api.ts';

/** Up to here a file crosses in one piece: every further one costs a message. */
const WHOLE_BYTES = 2 ** 20;

/** Fetches the file and hands over whatever comes, or that nothing did. Never rejects. */
export async function sendEarlyFile(
  api: HostApi,
  ticket: number,
  location: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const answer = await earlyAnswer(location, signal);
  const body = answer && ('whole' in answer ? answer.whole : answer.body);
  try {
    await api.early(ticket, body && Comlink.transfer(answer, [body]));
  } catch {
    // Not every browser lets a stream cross.
    if (body instanceof ReadableStream && !body.locked) void body.cancel();
    api.early(ticket, undefined).catch(() => {});
  }
}

/** @returns undefined where there is none, which the host will find out by itself */
async function earlyAnswer(
  location: string,
  signal: AbortSignal | undefined,
): Promise<EarlyAnswer | undefined> {
  try {
    const response = await fetch(location, { ...(signal && { signal }) });
    const { ok, status, headers, body } = response;
    // Of what is compressed the length says nothing.
    const bytes = headers.has('content-encoding') ? 0 : Number(headers.get('content-length'));
    if (ok && bytes > 0 && bytes <= WHOLE_BYTES) return { whole: await response.arrayBuffer() };
    return body ? { status, headers: [...headers], body } : undefined;
  } catch {
    return undefined;
  }
}
