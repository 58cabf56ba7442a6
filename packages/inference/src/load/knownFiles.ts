/** The way to readKnown.ts, which only folders and loads with a hash need. */
import { codePart } from '@rivulet/core';

/** @throws ENGINE_UNAVAILABLE */
export const knownFiles = (): Promise<typeof import('./readKnown.ts')> =>
  codePart('files of known content', () => import('./readKnown.ts'));
