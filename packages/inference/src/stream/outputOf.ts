/** The output that a caller asked for. */
import { RivuletError, shown } from '@rivulet/core';
import type { StreamInfo, StreamPort } from './streamProgram.ts';

/** @throws ARGUMENT for an output that the model does not have */
export function outputOf({ outputs }: StreamInfo, name: string | undefined): StreamPort {
  const port = name === undefined ? outputs[0] : outputs.find((output) => output.name === name);
  if (port) return port;
  throw new RivuletError('ARGUMENT', `the model has no output "${shown(name)}" beside its states`, {
    output: name,
    outputs: outputs.map((output) => output.name),
  });
}
