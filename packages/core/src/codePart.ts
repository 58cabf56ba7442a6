/** A part of the code that is fetched when it is needed, with a coded error where it does not come. */
import { RivuletError } from './errors.ts';

/**
 * @param what it is for, in the error
 * @param details of the error, beside the reason
 * @throws ENGINE_UNAVAILABLE; nothing of a failure is kept, as far as the browser forgets it
 */
export async function codePart<T>(
  what: string,
  load: () => Promise<T>,
  details: Readonly<Record<string, unknown>> = { part: what },
): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw new RivuletError(
      'ENGINE_UNAVAILABLE',
      `the code of ${what} could not be loaded: ${cause}`,
      { ...details, reason: String(cause) },
      cause,
    );
  }
}
