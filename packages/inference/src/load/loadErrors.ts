import { RivuletError } from '@rivulet/core';

export function notFound(location: string, details: Record<string, unknown>): RivuletError {
  return new RivuletError('MODEL_NOT_FOUND', `there is nothing at ${location}`, { location, ...details });
}

export function tooLarge(location: string, bytes: number, maxBytes: number): RivuletError {
  return new RivuletError(
    'MODEL_TOO_LARGE',
    `${location} has ${bytes} bytes or more, at most ${maxBytes} are read`,
    {
      location,
      bytes,
      maxBytes,
    },
  );
}

export function aborted(location: string, signal: AbortSignal): RivuletError {
  return new RivuletError('ABORTED', `loading ${location} was aborted`, { location }, signal.reason);
}
