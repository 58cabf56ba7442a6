/** Values and coded errors as they cross the border of a worker, and back. */
import { RivuletError, type WireError } from './errors.ts';
import { shown } from './shown.ts';

/** Errors do not survive comlink as themselves: they cross as values. */
export type Answer<T> = { readonly value: T } | { readonly error: WireError };

/**
 * What work gave or threw, as a value: it never rejects.
 * @param isAborted whether an error that has no code may be put down to the caller's signal
 */
export async function answerOf<T>(
  work: () => Promise<T>,
  isAborted: () => boolean = () => false,
): Promise<Answer<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error: codedError(error, isAborted()).toWire() };
  }
}

/** @throws the error that the answer is */
export function valueIn<T>(answer: Answer<T>): T {
  if ('value' in answer) return answer.value;
  throw RivuletError.fromWire(answer.error);
}

/** What a call throws that its caller's signal ended, with the signal's reason as the cause. */
export const abortedCall = (signal?: { readonly reason?: unknown }): RivuletError =>
  new RivuletError('ABORTED', 'the call was aborted', {}, signal?.reason);

/** Everything that crosses has a code. */
export function codedError(error: unknown, aborted: boolean): RivuletError {
  if (error instanceof RivuletError) return error;
  if (aborted) return abortedCall();
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : shown(error);
  const memory = error instanceof RangeError && /alloc|memory/i.test(error.message);
  return new RivuletError(memory ? 'OUT_OF_MEMORY' : 'INTERNAL', reason, { reason });
}
