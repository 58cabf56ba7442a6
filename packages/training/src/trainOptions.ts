/** What a run is asked for, beside its recipe: types only. */
import type { KernelVariant, TaskSource } from './parallel/protocol.ts';
import type { Recipe } from './recipe.ts';
import type { TrainEvent } from './trainEvent.ts';

export interface TrainOptions {
  readonly recipe: Recipe;
  /** Where the task's code is; the recipe's own name by default. */
  readonly task?: TaskSource;
  readonly dataFolder: string;
  /** Folder of the run: recipe, record, log, curves and checkpoints (`run/runFolder.ts`). */
  readonly runFolder: string;
  /** ONNX file whose weights the run begins with instead of drawn ones; the recipe's own by default. */
  readonly init?: string;
  readonly threads?: number;
  readonly variant?: KernelVariant;
  /** Goes on from `last.ckpt`; without it a run that is there is moved to `previous/`. */
  readonly resume?: boolean;
  /** Stops as if interrupted, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Stops after this step of the run, as if interrupted. */
  readonly stopAfter?: number;
  readonly checkpointSeconds?: number;
  /** Commit of the code, for the checkpoint. */
  readonly commit?: string;
  /** Tells the norms of gradients, by layer and by step of time, every so many steps. */
  readonly gradientNorms?: number;
  readonly onEvent?: (event: TrainEvent) => void;
}
