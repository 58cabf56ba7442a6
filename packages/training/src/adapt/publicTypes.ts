/** The types that both entries share. */
export type {
  AdaptedFiles,
  AdapterInfo,
  AdaptMethod,
  AdaptProgress,
  AdaptResult,
  AdaptSample,
  AdaptSettings,
  Figures,
  HostOptions,
  InkSample,
  ModelFiles,
  SeriesSample,
  StopReason,
  WeightType,
} from './api.ts';
export type { StopWhen } from './watchDevice.ts';
