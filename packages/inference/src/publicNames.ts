/** What both entries export beside the functions: errors, classes a user makes, and types. */
export { type ErrorCode, RivuletError } from '@rivulet/core';
export type {
  AnyTensor,
  EngineChoice,
  EngineName,
  ValueInfo,
} from './engine/engine.ts';
export type { ForecastBand, ForecastRequest } from './forecaster/forecastBand.ts';
export type { Forecaster } from './forecaster/forecaster.ts';
export type { Fetch } from './load/fetchBytes.ts';
export type { LoadOptions, ModelCache } from './load/modelCache.ts';
export type { Int8Type, LoadProgress, WeightType } from './load/modelFolder.ts';
export type { LoadModelOptions, Model, StreamOptions } from './model.ts';
export type { LoadForecasterOptions } from './publicApi.ts';
export type { HandwritingDrawing } from './recogniser/handwritingDrawing.ts';
export type { HandwritingRecognizer } from './recogniser/handwritingRecognizer.ts';
export { HandwritingStroke } from './recogniser/handwritingStroke.ts';
export type * from './recogniser/handwritingTypes.ts';
export { classifySequence, type SequenceClass } from './sequence/classifySequence.ts';
export { estimateSequence } from './sequence/estimateSequence.ts';
export { type GenerateOptions, generateText } from './sequence/generateText.ts';
export { type MakeOptions, makeSequence } from './sequence/makeSequence.ts';
export type { SequenceInput, SequenceManifest } from './sequence/sequenceManifest.ts';
export { tagSequence } from './sequence/tagSequence.ts';
export { type TranslateOptions, translateSequence } from './sequence/translateSequence.ts';
export type { StreamChunk } from './stream/chunk.ts';
export type { IncrementalResult, IncrementalRun } from './stream/incrementalRun.ts';
export type { Stream } from './stream/stream.ts';
export type { StreamGroup } from './stream/streamGroup.ts';
