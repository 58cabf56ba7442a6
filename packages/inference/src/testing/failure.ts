import { RivuletError } from '@rivulet/core';
import { expect } from 'vitest';

/** The coded error that the promise rejects with; the test fails when it resolves or rejects with any other. */
export function failure(promise: Promise<unknown>): Promise<RivuletError> {
  return promise.then(
    () => expect.fail('it must fail'),
    (error) => (error instanceof RivuletError ? error : expect.fail(`not coded: ${error?.stack ?? error}`)),
  );
}
