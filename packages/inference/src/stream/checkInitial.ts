/** Initial states as a caller gives them. */
import { RivuletError, shown } from '@rivulet/core';
import { checkFinite } from './chunk.ts';
import type { StreamRequest } from './streamProgram.ts';

/** @throws ARGUMENT for what are no tensors by name, and for numbers that are not finite: they would stay for good */
export function checkInitial(initial: StreamRequest['initial']): NonNullable<StreamRequest['initial']> {
  const given: unknown = initial ?? {};
  if (typeof given !== 'object' || Array.isArray(given)) throw refused('initial states', given);
  for (const [name, state] of Object.entries(initial ?? {})) {
    const data = state?.data;
    if (!ArrayBuffer.isView(data) || !Array.isArray(state.shape)) {
      throw refused(`the initial state "${name}"`, state, name);
    }
    checkFinite(name, data);
  }
  return initial ?? {};
}

function refused(what: string, got: unknown, input?: string): RivuletError {
  const details = { ...(input !== undefined && { input }), got: shown(got) };
  return new RivuletError(
    'ARGUMENT',
    `${what}: tensors { data, shape } by name, got ${details.got}`,
    details,
  );
}
