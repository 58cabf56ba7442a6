/** What a run tells of itself while it goes, and in the end: types only. */
import type { Evaluation } from './run/evaluateRun.ts';

export type TrainEvent =
  | {
      readonly kind: 'start';
      readonly step: number;
      readonly totalSteps: number;
      readonly stepsPerEpoch: number;
      readonly trainCount: number;
      readonly valCount: number;
      readonly parameters: number;
      readonly threads: number;
      readonly variant: 'plain' | 'relaxed';
      readonly notes: Readonly<Record<string, number | string>>;
    }
  | {
      readonly kind: 'step';
      /** Steps taken. */
      readonly step: number;
      readonly epoch: number;
      readonly loss: number;
      readonly norm: number;
      readonly lr: number;
      readonly samples: number;
      /** Wall time of the step. */
      readonly milliseconds: number;
    }
  | {
      readonly kind: 'validation';
      readonly step: number;
      /** Mean training loss since the last validation. */
      readonly trainLoss: number;
      readonly valLoss: number;
      readonly figures: Readonly<Record<string, number>>;
      readonly best: boolean;
      readonly seconds: number;
    }
  | {
      /** On request: norms of the gradient of the mean loss, before clipping (`bptt/gradientNorms.ts`). */
      readonly kind: 'gradients';
      readonly step: number;
      readonly layers: Readonly<Record<string, number>>;
      readonly steps: Readonly<Record<string, readonly number[]>>;
    }
  | { readonly kind: 'checkpoint'; readonly step: number }
  | {
      readonly kind: 'end';
      readonly step: number;
      readonly finished: boolean;
      /** Seconds spent training, over all sessions. */
      readonly seconds: number;
      /** Why it ended before its time, unless it was asked to. */
      readonly error?: { readonly code: string; readonly message: string };
    };

export interface TrainResult {
  readonly step: number;
  readonly totalSteps: number;
  readonly finished: boolean;
  readonly best?: Readonly<Record<string, number>>;
  /** Of a finished run: what its best weights are worth on the validation samples, as evaluation.json has it. */
  readonly evaluation?: Evaluation;
}
