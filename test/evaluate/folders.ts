/** Folders that an evaluation's options name start where it was called, those that none names in the repository. */
import { fromCaller } from '../../packages/training/src/cli/trainArguments.ts';

/** @param known where the data of this very model lay, if that is known */
export function dataFolder(given: string | undefined, known?: string): string {
  return given === undefined ? (known ?? process.env.RIVULET_DATA ?? '../shared/data') : fromCaller(given);
}

/** @param shipped what is measured where none is named */
export function modelFolder(given: string | undefined, shipped: string): string {
  return given === undefined ? shipped : fromCaller(given);
}
