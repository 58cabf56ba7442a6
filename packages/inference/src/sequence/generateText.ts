/**
 * Text that goes on from a prompt, token by token, by a model of `text-model`: each next token is drawn by the
 * probability that the model gives it, sharper or flatter by a temperature (Graves 2013).
 */
import { joinTokens, RivuletError, sampleClass, shown, splitText } from '@rivulet/core';
import type { Model } from '../model.ts';
import type { CallOptions } from '../worker/api.ts';
import { checkObject } from '../worker/checkOptions.ts';
import {
  checkClasses,
  checkTask,
  labelsOf,
  rowsOf,
  type SequenceManifest,
  unitOf,
  vocabularyOf,
} from './sequenceManifest.ts';

export interface GenerateOptions extends CallOptions {
  /** What the text goes on from, at least one token; it is no part of the result. Default: a new line. */
  readonly prompt?: string | undefined;
  /** Tokens to write. Default 200. */
  readonly length?: number | undefined;
  /** 1 = as learned, below 1 surer, above 1 more varied; 0 = always the likeliest. Default 1. */
  readonly temperature?: number | undefined;
  /** A token that ends the text; it is left out. */
  readonly stop?: string | undefined;
  /** Numbers in [0, 1): a seeded generator writes the same text again. Default Math.random. */
  readonly random?: (() => number) | undefined;
}

/**
 * @param model of the folder that the manifest is of; its network must be one that can be streamed, that is, not
 *   bidirectional
 * @throws ARGUMENT for a model of another task, a prompt that is empty or no text, a token that is unknown, a length that
 *   is no whole number from 0, a temperature below 0, a `random` that is no function; and as `stream.push` does
 */
export async function generateText(
  model: Model,
  manifest: SequenceManifest,
  options: GenerateOptions = {},
): Promise<string> {
  checkTask(model, manifest, 'text-model');
  checkObject(options);
  const { prompt = '\n', length = 200, temperature = 1, stop, random = Math.random, ...call } = options;
  const labels = labelsOf(manifest);
  const unit = unitOf(manifest);
  if (!Number.isInteger(length) || length < 0) {
    throw new RivuletError('ARGUMENT', `length is a whole number from 0, got ${shown(length)}`, { length });
  }
  if (typeof prompt !== 'string') {
    const got = shown(prompt);
    throw new RivuletError('ARGUMENT', `a prompt is a text, got ${got}`, { prompt: got });
  }
  if (typeof random !== 'function') {
    const got = shown(random);
    throw new RivuletError('ARGUMENT', `random is a function, got ${got}`, { random: got });
  }
  const read = vocabularyOf(manifest)?.numbers(splitText(prompt, unit)) ?? [];
  if (read.length === 0) throw new RivuletError('ARGUMENT', 'a prompt has at least one token', { prompt });
  const stream = model.createStream();
  try {
    const written: string[] = [];
    let chunk = Float32Array.from(read);
    while (written.length < length) {
      const last = rowsOf(await stream.push(chunk, call)).at(-1)!;
      checkClasses(last, labels);
      const next = sampleClass(last, temperature, random());
      if (labels[next] === stop) break;
      written.push(labels[next]!);
      chunk = Float32Array.of(next);
    }
    return joinTokens(written, unit);
  } finally {
    await stream.dispose();
  }
}
