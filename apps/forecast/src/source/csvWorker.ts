/** Parses a file off the main thread, so that a year of minutes does not stop the replay. */
import { RivuletError, type WireError } from '@rivulet/core';
import { type CsvTable, readCsv } from './csv/readCsv.ts';
import { readText } from './readText.ts';

export type CsvAnswer = { readonly table: CsvTable } | { readonly error: WireError };

const scope = self as unknown as {
  onmessage: (event: MessageEvent<Uint8Array>) => void;
  postMessage(answer: CsvAnswer): void;
};

scope.onmessage = ({ data }) => {
  try {
    scope.postMessage({ table: readCsv(readText(data)) });
  } catch (error) {
    const known = error instanceof RivuletError ? error : new RivuletError('INTERNAL', String(error));
    scope.postMessage({ error: known.toWire() });
  }
};
