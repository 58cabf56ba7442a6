/**
 * A sequence for another, by a model of `sequence-translation`: encoder and decoder, with or without attention. Greedy:
 * each next token is the likeliest after those that were said.
 */
import { joinTokens, RivuletError, sampleClass, shown } from '@rivulet/core';
import type { Model } from '../model.ts';
import type { CallOptions } from '../worker/api.ts';
import { checkObject } from '../worker/checkOptions.ts';
import {
  checkClasses,
  checkTask,
  inputOf,
  labelsOf,
  rowsOf,
  type SequenceInput,
  type SequenceManifest,
  stepsOf,
  unitOf,
} from './sequenceManifest.ts';

export interface TranslateOptions extends CallOptions {
  /** Tokens after which an answer that has not ended is cut. Default 200. */
  readonly longest?: number | undefined;
}

/** Class of the empty text, which begins an answer and ends it. */
const END = 0;

/**
 * @param model of the folder that the manifest is of
 * @returns the answer's tokens, put together as `manifest.features.targetUnit` says
 * @throws ARGUMENT for a model of another task, a sequence that it does not read, and a `longest` that is no whole number
 *   from 1; and as `model.run` does
 */
export async function translateSequence(
  model: Model,
  manifest: SequenceManifest,
  x: SequenceInput,
  options: TranslateOptions = {},
): Promise<string> {
  checkTask(model, manifest, 'sequence-translation');
  checkObject(options);
  const { longest = 200, ...call } = options;
  if (!Number.isInteger(longest) || longest < 1) {
    throw new RivuletError('ARGUMENT', `longest is a whole number from 1, got ${shown(longest)}`, {
      longest,
    });
  }
  const labels = labelsOf(manifest);
  const steps = stepsOf(manifest, x);
  const [source, before] = [inputOf(model, 0), inputOf(model, 1)];
  const said = [END];
  while (said.length <= longest) {
    // The graph holds encoder and decoder in one: what was said is read again for each token.
    const shape = [said.length, 1, 1];
    const feeds = { [source]: steps, [before]: { data: Float32Array.from(said), shape } };
    const outputs = await model.run(feeds, call);
    const last = rowsOf(outputs[model.outputs[0]!.name]!).at(-1)!;
    checkClasses(last, labels);
    const next = sampleClass(last, 0, 0);
    if (next === END) break;
    said.push(next);
  }
  const tokens = said.slice(1).map((token) => labels[token]!);
  return joinTokens(tokens, unitOf(manifest, 'targetUnit'));
}
