/**
 * The dictionaries of the WICG Handwriting Recognition API (spec.bs), named and shaped as there, and what this
 * implementation adds to them.
 */
import type { EngineChoice } from '../engine/engine.ts';
import type { LoadOptions } from '../load/modelCache.ts';
import type { LoadProgress, WeightType } from '../load/modelFolder.ts';

export interface HandwritingModelConstraint {
  /** BCP 47 tags; one recogniser has to know all of them. */
  readonly languages: readonly string[];
}

/** How models are found and run: beyond the specification, where a browser would know. */
export interface HandwritingOptions extends LoadOptions {
  /**
   * Folder of models, each in a folder `handwriting-<language>`: a URL on the web, a path or file URL in Node.
   * Default `models/`, from the page or from the working directory.
   */
  readonly models?: string | URL | undefined;
  readonly engine?: EngineChoice | undefined;
  /** Default: int8 weights, with the activations that they were trained for. */
  readonly dtype?: WeightType | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

export type HandwritingRecognitionType = 'text' | 'per-character';
export type HandwritingInputType = 'mouse' | 'stylus' | 'touch';

export interface HandwritingRecognizerQueryResult {
  readonly textAlternatives: boolean;
  readonly textSegmentation: boolean;
  readonly hints: HandwritingHintsQueryResult;
}

/** null: the hint may be given, and is not used. */
export interface HandwritingHintsQueryResult {
  readonly recognitionType: readonly HandwritingRecognitionType[] | null;
  readonly inputType: readonly HandwritingInputType[] | null;
  readonly textContext: boolean | null;
  readonly alternatives: boolean | null;
}

export interface HandwritingHints {
  /**
   * `'per-character'`: the ink is a code or a number, so that a gap between two characters is no space.
   * Default, and for unknown values: `'text'`.
   */
  readonly recognitionType?: string | undefined;
  readonly inputType?: string | undefined;
  readonly textContext?: string | undefined;
  /** Predictions to return at most. Default 3; brought into 1 ... 20. */
  readonly alternatives?: number | undefined;
}

export interface HandwritingPoint {
  x: number;
  y: number;
  /** Milliseconds since any origin that all points of a drawing share. */
  t?: number | undefined;
}

export interface HandwritingPrediction {
  readonly text: string;
  /** One entry a grapheme, in the order of the text; white space has none. */
  readonly segmentationResult: readonly HandwritingSegment[];
  /** Beyond the specification: natural logarithm of the probability of this text, all words together. */
  readonly score: number;
  /** Beyond the specification: the words of the text, each with its own alternatives. */
  readonly words: readonly HandwritingWord[];
}

/** `text.slice(beginIndex, endIndex) === grapheme` */
export interface HandwritingSegment {
  readonly grapheme: string;
  readonly beginIndex: number;
  readonly endIndex: number;
  readonly drawingSegments: readonly HandwritingDrawingSegment[];
}

/** Points beginPointIndex ... endPointIndex - 1 of a stroke of the drawing. */
export interface HandwritingDrawingSegment {
  readonly strokeIndex: number;
  readonly beginPointIndex: number;
  readonly endPointIndex: number;
}

/** Strokes that were read together, separately from all others. */
export interface HandwritingWord {
  /** `text.slice(beginIndex, endIndex)` of the prediction. */
  readonly text: string;
  readonly beginIndex: number;
  readonly endIndex: number;
  /** Strokes of the drawing, ascending. */
  readonly strokes: readonly number[];
  /** This word's readings, best first, at least as many as predictions were asked for if there are so many. */
  readonly alternatives: readonly { readonly text: string; readonly score: number }[];
}
