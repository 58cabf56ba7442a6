/**
 * `createHandwritingRecognizer` and `queryHandwritingRecognizer`, over whatever opens models and runs services
 * on this platform: a worker on the web, this process in Node.
 */
import { type Manifest, RivuletError } from '@rivulet/core';
import type { Remote } from '../worker/api.ts';
import { domException } from './domException.ts';
import { HandwritingRecognizer } from './handwritingRecognizer.ts';
import type {
  HandwritingModelConstraint,
  HandwritingOptions,
  HandwritingRecognizerQueryResult,
} from './handwritingTypes.ts';
import type { InkService } from './inkService.ts';
import { languageMatch, primaryLanguage } from './languageMatch.ts';

/** The platform's part. `folder` is a model's folder: `models` as the caller gave it, with the model's name. */
export interface HandwritingPlatform {
  /** @throws MODEL_NOT_FOUND, MODEL_FETCH, MANIFEST_INVALID, ABORTED */
  manifest(folder: string, options: HandwritingOptions): Promise<Manifest>;
  /** Loads the model into an `InkRecogniser`. @throws what loading throws */
  recogniser(folder: string, options: HandwritingOptions): Promise<Remote<InkService>>;
}

export interface HandwritingFunctions {
  /**
   * @throws TypeError without `languages`; a NotSupportedError (DOMException) when no model serves all of the
   *   languages; an OperationError for a model that is broken, an UnknownError where trying again may help: both
   *   bear the RivuletError as their `cause`. A RivuletError ABORTED when `signal` aborts.
   */
  createHandwritingRecognizer(
    constraint: HandwritingModelConstraint,
    options?: HandwritingOptions,
  ): Promise<HandwritingRecognizer>;
  /** @returns null when no model serves all of the languages. @throws TypeError without `languages` */
  queryHandwritingRecognizer(
    constraint: HandwritingModelConstraint,
    options?: HandwritingOptions,
  ): Promise<HandwritingRecognizerQueryResult | null>;
}

export function handwritingFunctions(platform: HandwritingPlatform): HandwritingFunctions {
  return {
    async createHandwritingRecognizer(constraint, options = {}) {
      const languages = languagesOf(constraint);
      try {
        const { folder, missing } = await findModel(platform, languages, options);
        if (folder === undefined) {
          const wanted = languages.join(', ') || 'no language';
          throw domException('NotSupportedError', `There is no handwriting model for ${wanted}`, missing);
        }
        return new HandwritingRecognizer(await platform.recogniser(folder, options));
      } catch (error) {
        throw creationError(error);
      }
    },

    async queryHandwritingRecognizer(constraint, options = {}) {
      const languages = languagesOf(constraint);
      try {
        const { folder } = await findModel(platform, languages, options);
        if (folder === undefined) return null;
      } catch (error) {
        if (error instanceof RivuletError && error.code === 'ABORTED') throw error;
        return null;
      }
      return {
        textAlternatives: true,
        textSegmentation: true,
        hints: {
          recognitionType: ['text', 'per-character'],
          inputType: null,
          textContext: null,
          alternatives: true,
        },
      };
    },
  };
}

/** @returns the folder of a model that serves all languages; without one, the error of the last one looked for */
async function findModel(
  platform: HandwritingPlatform,
  languages: readonly string[],
  options: HandwritingOptions,
): Promise<{ readonly folder?: string; readonly missing?: RivuletError }> {
  const { models = 'models/' } = options;
  const root = String(models);
  let missing: RivuletError | undefined;
  for (const name of new Set(languages.map(primaryLanguage))) {
    if (name === undefined) return {};
    const folder = `${root}${root.endsWith('/') ? '' : '/'}handwriting-${name}/`;
    try {
      const { languages: known = [] } = await platform.manifest(folder, options);
      if (languages.every((language) => languageMatch(known, language))) return { folder };
    } catch (error) {
      if (!(error instanceof RivuletError && error.code === 'MODEL_NOT_FOUND')) throw error;
      missing = error;
    }
  }
  return missing ? { missing } : {};
}

function languagesOf(constraint: HandwritingModelConstraint): readonly string[] {
  const languages: unknown = (constraint as Partial<HandwritingModelConstraint> | undefined)?.languages;
  if (languages === null || typeof languages !== 'object' || !(Symbol.iterator in languages)) {
    throw new TypeError('The constraint needs a list of languages');
  }
  return Array.from(languages as Iterable<unknown>, String);
}

/** Failures that another attempt may not meet again. */
const PASSING: readonly string[] = ['MODEL_FETCH', 'WORKER_DIED', 'OUT_OF_MEMORY'];

function creationError(error: unknown): unknown {
  if (!(error instanceof RivuletError) || error.code === 'ABORTED') return error;
  return domException(PASSING.includes(error.code) ? 'UnknownError' : 'OperationError', error.message, error);
}
