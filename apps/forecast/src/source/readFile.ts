/** A dropped or chosen file to a table, parsed in a worker of its own that ends with it. */
import { RivuletError } from '@rivulet/core';
import type { CsvTable } from './csv/readCsv.ts';
import type { CsvAnswer } from './csvWorker.ts';
import { checkSize } from './readText.ts';

/** @throws RivuletError DATA_INVALID, message led by the file's name. */
export async function readFile(file: File): Promise<CsvTable> {
  checkSize(file.name, file.size);
  const bytes = await bytesOf(file);
  const worker = new Worker(new URL('./csvWorker.ts', import.meta.url), { type: 'module' });
  try {
    const answer = await new Promise<CsvAnswer>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<CsvAnswer>) => resolve(data);
      worker.onerror = ({ message }) =>
        reject(
          new RivuletError('WORKER_DIED', `The reader of ${file.name} stopped. ${message}`, {
            name: file.name,
          }),
        );
      worker.postMessage(bytes, [bytes.buffer]);
    });
    if ('table' in answer) return answer.table;
    const { code, message, details } = answer.error;
    throw new RivuletError(code, `${file.name}: ${message}`, { ...details, name: file.name });
  } finally {
    worker.terminate();
  }
}

/** A file may have been moved, changed or locked since it was chosen; a folder can be dropped, but not read. */
async function bytesOf(file: File): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (cause) {
    throw new RivuletError(
      'DATA_INVALID',
      `${file.name} could not be read. Is it a folder, or was it moved or changed?`,
      { name: file.name },
      cause,
    );
  }
}
