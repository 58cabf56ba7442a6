/** What a recogniser does, as it is called over the worker border: plain data in and out. */
import type { Ink } from '@rivulet/core';
import type { HandwritingPrediction, HandwritingRecognitionType } from './handwritingTypes.ts';

export interface RecogniseOptions {
  /** Predictions at most, 1 or more. Default 1. */
  readonly alternatives?: number;
  readonly recognitionType?: HandwritingRecognitionType;
}

export interface InkService {
  recognise(ink: Ink, options?: RecogniseOptions): Promise<HandwritingPrediction[]>;
}
