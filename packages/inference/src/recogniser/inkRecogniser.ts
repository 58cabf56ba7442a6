/**
 * Reads ink: recognise = join(decode(run(inkFeatures(words of segmentInk(ink))))). Knows no worker and no DOM; on
 * the web it lives in the worker, in Node in the process.
 */
import {
  INK_FEATURE_VERSION,
  INK_FEATURES,
  type Ink,
  inkFeatures,
  RivuletError,
  type Stroke,
  segmentInk,
  tensor,
} from '@rivulet/core';
import * as v from 'valibot';
import type { Session } from '../engine/engine.ts';
import { type NetworkOptions, openNetwork } from '../engine/openNetwork.ts';
import { checkManifest } from '../load/checkManifest.ts';
import type { ModelFolder } from '../load/modelFolder.ts';
import { checkLanguages } from './checkLanguages.ts';
import { decodeWord } from './decodeWord.ts';
import type { HandwritingPrediction } from './handwritingTypes.ts';
import { inkKey } from './inkKey.ts';
import type { InkService, RecogniseOptions } from './inkService.ts';
import { type PageWord, pagePredictions } from './pagePredictions.ts';
import type { WordReading } from './wordReading.ts';

const Features = v.object({
  step: v.pipe(v.number(), v.gtValue(0)),
  deslant: v.optional(v.boolean(), true),
});

/** More readings of a word than this nobody looks through. */
const MOST_ALTERNATIVES = 50;
/** Readings found for each word at the least: asking for alternatives of one word later costs no run. */
const LEAST_READINGS = 5;
/** Words whose readings are kept; a page of dense writing has about 500. */
const KEPT_WORDS = 4096;
/** Codes and numbers are written with wide gaps between their characters. */
const PER_CHARACTER_GAP = 3;

interface KeptWord {
  /** How many readings were looked for. */
  readonly asked: number;
  readonly readings: Promise<WordReading[]>;
}

export interface RecogniserOptions extends NetworkOptions {
  /** BCP 47 tags, all of which it must know. */
  readonly languages?: readonly string[] | undefined;
  /** Where the model lies, for errors. */
  readonly location?: string | undefined;
}

export class InkRecogniser implements InkService {
  readonly #session: Session;
  readonly #features: v.InferOutput<typeof Features>;
  readonly #alphabet: readonly string[];
  /** By inkKey, least recently used first. */
  readonly #kept = new Map<string, KeptWord>();
  #runs = 0;
  #disposed = false;

  private constructor(
    session: Session,
    features: v.InferOutput<typeof Features>,
    alphabet: readonly string[],
  ) {
    this.#session = session;
    this.#features = features;
    this.#alphabet = alphabet;
  }

  /**
   * @throws MODEL_NOT_FOUND for languages that it does not know, FEATURE_VERSION, MANIFEST_INVALID for another kind of
   *   model, and whatever loading throws
   */
  static async load(folder: ModelFolder, options: RecogniserOptions = {}): Promise<InkRecogniser> {
    checkLanguages(folder.manifest, options.languages, options.location);
    const { head, features } = checkManifest(folder.manifest, {
      task: 'ink-text',
      head: 'ctc',
      featureVersion: INK_FEATURE_VERSION,
      features: Features,
    });
    const session = await openNetwork(folder, options);
    return new InkRecogniser(session, features, head.alphabet);
  }

  /** Which engine runs the network. */
  get engine(): Session['engine'] {
    return this.#session.engine;
  }

  /** Words that went through the network so far; those read before do not count again. */
  get runs(): number {
    return this.#runs;
  }

  /**
   * Words that were read before and did not change are not run again.
   * @param ink y downward, any unit, any place; strokes may have grown since the last call
   * @returns best first; empty where there is no ink. Stroke indices count the given strokes.
   * @throws INK_INVALID naming stroke and point, ARGUMENT, DISPOSED
   */
  async recognise(
    ink: Ink,
    { alternatives = 1, recognitionType = 'text' }: RecogniseOptions = {},
  ): Promise<HandwritingPrediction[]> {
    if (this.#disposed) throw new RivuletError('DISPOSED', 'This recogniser has been disposed of');
    if (!Number.isInteger(alternatives) || alternatives < 1) {
      throw new RivuletError('ARGUMENT', `alternatives must be a whole number from 1, got ${alternatives}`, {
        alternatives,
      });
    }
    const count = Math.min(alternatives, MOST_ALTERNATIVES);
    const gapFactor = recognitionType === 'per-character' ? PER_CHARACTER_GAP : 1;
    const lines = segmentInk(ink, { gapFactor });
    const page: PageWord[] = [];
    for (const [line, { words }] of lines.entries()) {
      for (const strokes of words) {
        const readings = await this.#read(
          strokes.map((stroke) => ink[stroke]!),
          Math.max(count, LEAST_READINGS),
        );
        if (readings.length > 0) page.push({ line, strokes, readings });
      }
    }
    return pagePredictions(page, count);
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#kept.clear();
    await this.#session.dispose();
  }

  #read(word: readonly Stroke[], count: number): Promise<WordReading[]> {
    const key = inkKey(word);
    let kept = this.#kept.get(key);
    this.#kept.delete(key);
    if (!kept || kept.asked < count) {
      const readings = this.#run(word, count);
      // A failed run is forgotten, so that asking again tries again.
      readings.catch(() => {
        if (this.#kept.get(key)?.readings === readings) this.#kept.delete(key);
      });
      kept = { asked: count, readings };
      const [oldest] = this.#kept.keys();
      if (this.#kept.size >= KEPT_WORDS && oldest !== undefined) this.#kept.delete(oldest);
    }
    this.#kept.set(key, kept);
    return kept.readings;
  }

  async #run(word: readonly Stroke[], count: number): Promise<WordReading[]> {
    const features = inkFeatures(word, this.#features);
    if (features.steps === 0) return [];
    this.#runs++;
    const x = tensor(features.data, [features.steps, 1, INK_FEATURES]);
    const { logits } = await this.#session.run({ x });
    if (logits?.shape[2] !== this.#alphabet.length) {
      throw new RivuletError(
        'MODEL_SHAPE',
        'The network gives no logits for the characters of its manifest',
        {
          expected: ['S', 1, this.#alphabet.length],
          got: logits?.shape,
        },
      );
    }
    return decodeWord(logits.data, this.#alphabet, features, word, count);
  }
}
