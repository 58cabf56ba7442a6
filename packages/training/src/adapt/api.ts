/** The contract of adapting on the device, on both sides of the worker's border: types only. */
import type { Answer, Ink, Manifest } from '@rivulet/core';

/** The files of a model, for whoever has them already. */
export interface ModelFiles {
  /** The ONNX file that the person uses, float32 or int8, as its bytes. */
  readonly onnx: Uint8Array;
  /** manifest.json, parsed. The hash of `onnx` must be one that it states. */
  readonly manifest: unknown;
  /** The recipe that the manifest names (train.json), parsed: it says which layers the network has. */
  readonly recipe: unknown;
}

/** What a model's folder holds of it once it has adapted: any loader of folders takes these two in place of its own. */
export interface AdaptedFiles {
  /** manifest.json; for the weights that were adapted it names the file below. */
  readonly manifest: Manifest;
  /** Under the path that the manifest names. */
  readonly onnx: Uint8Array;
}

/** A word or a sign, as it was written and as the person says that it reads. */
export interface InkSample {
  /** y grows downward; any unit. */
  readonly ink: Ink;
  readonly label: string;
}

/** A series of the person's own; its last part is held out. */
export interface SeriesSample {
  /** [n] in order of time, NaN = missing. */
  readonly y: ArrayLike<number>;
  /** Steps of the main season. Default: found from the series. */
  readonly season?: number | undefined;
}

/** Words for a recogniser, signs of one class each for a classifier of ink, series for a forecaster. */
export type AdaptSample = InkSample | SeriesSample;

/**
 * What is trained: every weight; the weights of the last layers; or for each matrix W of the chosen layers a delta
 * A B of low rank, which makes a file a fiftieth of the model's size.
 */
export type AdaptMethod = 'all' | 'last' | 'lowRank';

export type StopReason =
  /** All epochs were trained. */
  | 'done'
  /** Nothing better was found for `patience` epochs (`heldOutRule.ts` says what is better). */
  | 'early'
  /** `seconds` are over. */
  | 'time'
  | 'hidden'
  | 'battery';

/** What ends an adaptation from outside. */
export type Interruption = Extract<StopReason, 'hidden' | 'battery'> | 'abort';

/** What is asked of one adaptation; plain data, with a default for everything. */
export interface AdaptSettings {
  /** Default `lowRank`. */
  readonly method?: AdaptMethod | undefined;
  /**
   * How many layers with weights, from the output back; for `lowRank` at least one of them with a matrix, which a norm
   * has not. Default: 1 for `last`, every layer for `lowRank`.
   */
  readonly layers?: number | undefined;
  /** Rank of each delta of `lowRank`. Default 4. */
  readonly rank?: number | undefined;
  /** Peak of the learning rate. Default: one that serves the method. */
  readonly learningRate?: number | undefined;
  /** Samples of a step. Default 8. */
  readonly batch?: number | undefined;
  /** Most rounds over the training part. Default 30. */
  readonly epochs?: number | undefined;
  /** Most seconds. Default: no limit. */
  readonly seconds?: number | undefined;
  /** Part of the samples (of ink) or of time (of a series) that is not trained on but judges. Default 0.25. */
  readonly heldOut?: number | undefined;
  /**
   * By what part of itself the held-out loss must become lower for the change to be kept; nor may more letters or signs
   * be read wrongly than before. Default 0.02.
   */
  readonly margin?: number | undefined;
  /** Epochs without a better change, by what is held out, after which training stops. Default 10. */
  readonly patience?: number | undefined;
  /** Decides which words are held out, and every draw of the training. Default 1. */
  readonly seed?: number | undefined;
  /** Numbers of the delta's file; the change is judged as rounded to them. Default `float16`. */
  readonly precision?: 'float16' | 'float32' | undefined;
}

/** Held-out figures: `loss`, and those of the task (`cer`, `wordAccuracy`; `error`; `sql`, `ratio`). */
export type Figures = Readonly<Record<string, number>> & { readonly loss: number };

export interface AdaptProgress {
  readonly step: number;
  readonly totalSteps: number;
  readonly epoch: number;
  /** Training loss of the step. */
  readonly loss: number;
  /** Held-out figures before, and of the best so far (the same until an epoch was better). */
  readonly before: Figures;
  readonly best: Figures;
  readonly seconds: number;
  /** Until the last epoch at this speed; stopping early makes it less. */
  readonly etaSeconds: number;
}

export interface AdaptResult {
  /** Whether the model changed. Otherwise everything is as it was. */
  readonly kept: boolean;
  readonly stopped: StopReason;
  /** Held-out figures of the model as it was, and of the best that training found, as its file would hold it. */
  readonly before: Figures;
  readonly after: Figures;
  readonly steps: number;
  readonly epochs: number;
  readonly seconds: number;
  /** Memory of the training kernels: weights, gradients, moments, activations. */
  readonly memoryBytes: number;
  /** Samples (of ink) or windows (of series) trained on, and judged by. */
  readonly trained: number;
  readonly judged: number;
}

export interface AdapterInfo {
  /** Name of the model. */
  readonly name: string;
  /** Of the ONNX file that deltas are tied to, in hexadecimal. */
  readonly sha256: string;
  /** How that file holds its weights, and how `onnx()` writes them unless told. */
  readonly dtype: WeightType;
  readonly variant: 'plain' | 'relaxed';
  /** Layers that have weights, first to last. */
  readonly layers: readonly string[];
}

export type WeightType = 'float32' | 'int8';

export interface HostOptions {
  /** SIMD of the kernels. Default `auto`: the faster one here; `plain` computes the same bits everywhere. */
  readonly variant?: 'auto' | 'plain' | 'relaxed' | undefined;
  /** Which of a folder's files to adapt: the one that is used. Default int8. */
  readonly dtype?: WeightType | undefined;
}

/** What the worker offers; one worker has one model. */
export interface AdaptHost {
  /** @param model its files, or the address of its folder, which the host reads */
  open(model: ModelFiles | string, options: HostOptions): Promise<Answer<AdapterInfo>>;
  /** @param run names the adaptation, for `stop` */
  adapt(
    run: number,
    samples: readonly AdaptSample[],
    settings: AdaptSettings,
    onProgress: ((progress: AdaptProgress) => void) | undefined,
  ): Promise<Answer<AdaptResult>>;
  /** Ends an adaptation after the step that it is at: `abort` rejects it, the others let it decide. */
  stop(run: number, reason: Interruption): Promise<void>;
  /** @returns whether there was a change to take back */
  rollBack(): Promise<Answer<boolean>>;
  /** @returns undefined while the model is as it came */
  exportDelta(): Promise<Answer<Uint8Array | undefined>>;
  importDelta(bytes: Uint8Array): Promise<Answer<undefined>>;
  onnx(dtype: WeightType | undefined): Promise<Answer<Uint8Array>>;
  files(): Promise<Answer<AdaptedFiles>>;
}

/** A running host as its client sees it. */
export interface Connection {
  readonly api: AdaptHost;
  /** Makes a callback fit for the border. */
  callback<F extends object>(f: F): F;
  /** Called once, with a reason, when the host is gone without being asked to. */
  onDeath(listener: (reason: string) => void): void;
  /** Ends the host; its memory goes back to the system. */
  end(): void;
}
