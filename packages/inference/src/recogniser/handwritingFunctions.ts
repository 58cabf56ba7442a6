/**
 * `createHandwritingRecognizer` and `queryHandwritingRecognizer`, over whatever opens models and runs services
 * on this platform: a worker on the web, this process in Node.
 */
import { type Manifest, RivuletError, shown } from '@rivulet/core';
import type { Remote } from '../worker/api.ts';
import { checkObject } from '../worker/checkOptions.ts';
import { checkLanguages } from './checkLanguages.ts';
import { domException } from './domException.ts';
import { HandwritingRecognizer } from './handwritingRecognizer.ts';
import type {
  HandwritingModelConstraint,
  HandwritingOptions,
  HandwritingRecognizerQueryResult,
} from './handwritingTypes.ts';
import type { InkService } from './inkService.ts';
import { primaryLanguage } from './languageMatch.ts';

/** The platform's part. `folder` is a model's folder: `models` as the caller gave it, with the model's name. */
export interface HandwritingPlatform {
  /** @throws MODEL_NOT_FOUND, MODEL_FETCH, MANIFEST_INVALID, ABORTED */
  manifest(folder: string, options: HandwritingOptions): Promise<Manifest>;
  /**
   * Loads the model into an `InkRecogniser`.
   * @param languages the model must know all of them
   * @throws what loading throws, MODEL_NOT_FOUND also for a model of other languages
   */
  recogniser(
    folder: string,
    languages: readonly string[],
    options: HandwritingOptions,
  ): Promise<Remote<InkService>>;
}

export interface HandwritingFunctions {
  /**
   * @throws TypeError without `languages`; a NotSupportedError (DOMException) when no model serves all of the
   *   languages; an OperationError for a model that is broken, an UnknownError where trying again may help: both
   *   bear the RivuletError as their `cause`. A RivuletError ARGUMENT for an option that is none, and ABORTED when
   *   `signal` aborts.
   */
  createHandwritingRecognizer(
    constraint: HandwritingModelConstraint,
    options?: HandwritingOptions,
  ): Promise<HandwritingRecognizer>;
  /** @returns null when no model serves all of the languages. @throws TypeError without `languages`, ARGUMENT, ABORTED */
  queryHandwritingRecognizer(
    constraint: HandwritingModelConstraint,
    options?: HandwritingOptions,
  ): Promise<HandwritingRecognizerQueryResult | null>;
}

export function handwritingFunctions(platform: HandwritingPlatform): HandwritingFunctions {
  return {
    async createHandwritingRecognizer(constraint, options = {}) {
      const languages = languagesOf(constraint);
      checkObject(options);
      try {
        // Looking and loading are one: a manifest that was read to look would have to come again to load.
        const open = (folder: string) => platform.recogniser(folder, languages, options);
        const { found, missing } = await findModel(languages, options, open);
        if (!found) {
          const wanted = languages.join(', ') || 'no language';
          throw domException('NotSupportedError', `There is no handwriting model for ${wanted}`, missing);
        }
        return new HandwritingRecognizer(found);
      } catch (error) {
        throw creationError(error);
      }
    },

    async queryHandwritingRecognizer(constraint, options = {}) {
      const languages = languagesOf(constraint);
      checkObject(options);
      try {
        const { found } = await findModel(languages, options, async (folder) => {
          const manifest = await platform.manifest(folder, options);
          checkLanguages(manifest, languages, folder);
          return manifest;
        });
        if (!found) return null;
      } catch (error) {
        if (isCallers(error)) throw error;
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

/**
 * Tries the model of each language in turn.
 * @param look what is wanted of a model's folder; finding no model sends on to the next one
 * @returns what the first look brought; without one, the error of the last
 */
async function findModel<T>(
  languages: readonly string[],
  { models = 'models/' }: HandwritingOptions,
  look: (folder: string) => Promise<T>,
): Promise<{ readonly found?: T; readonly missing?: RivuletError }> {
  const root = shown(models);
  let missing: RivuletError | undefined;
  for (const name of new Set(languages.map(primaryLanguage))) {
    if (name === undefined) return {};
    try {
      return { found: await look(`${root}${root.endsWith('/') ? '' : '/'}handwriting-${name}/`) };
    } catch (error) {
      if (!isNoModel(error)) throw error;
      missing = error;
    }
  }
  return missing ? { missing } : {};
}

/** No model there, or one of other languages. One without its weights is broken, which is another matter. */
const isNoModel = (error: unknown): error is RivuletError =>
  error instanceof RivuletError &&
  error.code === 'MODEL_NOT_FOUND' &&
  ('language' in error.details || String(error.details.location).endsWith('/manifest.json'));

function languagesOf(constraint: HandwritingModelConstraint): readonly string[] {
  const languages: unknown = (constraint as Partial<HandwritingModelConstraint> | undefined)?.languages;
  if (languages === null || typeof languages !== 'object' || !(Symbol.iterator in languages)) {
    throw new TypeError('The constraint needs a list of languages');
  }
  return Array.from(languages as Iterable<unknown>, String);
}

/** Failures that another attempt may not meet again. */
const PASSING: readonly string[] = ['MODEL_FETCH', 'WORKER_DIED', 'OUT_OF_MEMORY'];

/** What the caller did, which says nothing of any model. */
const isCallers = (error: unknown): boolean =>
  error instanceof RivuletError && (error.code === 'ABORTED' || error.code === 'ARGUMENT');

function creationError(error: unknown): unknown {
  if (!(error instanceof RivuletError) || isCallers(error)) return error;
  return domException(PASSING.includes(error.code) ? 'UnknownError' : 'OperationError', error.message, error);
}
