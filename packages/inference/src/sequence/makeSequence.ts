/** A sequence of numbers from a vector, by a model of `vector-sequence`: one to many. */
import { RivuletError, shown } from '@rivulet/core';
import type { Model } from '../model.ts';
import type { CallOptions } from '../worker/api.ts';
import { checkObject } from '../worker/checkOptions.ts';
import { checkTask, inputOf, rowsOf, type SequenceManifest } from './sequenceManifest.ts';

export interface MakeOptions extends CallOptions {
  /** Steps to make. Default: those of the longest sequence that the model learned from. */
  readonly steps?: number | undefined;
}

/**
 * @param model of the folder that the manifest is of
 * @returns the numbers of each step; of a model with `features.loss` those of a distribution: means, scales and degrees
 *   of freedom (`gaussian`, `student`), or the quantiles of each number
 * @throws ARGUMENT for a model of another task, a vector of another width, steps that are no whole number from 1; and as
 *   `model.run` does
 */
export async function makeSequence(
  model: Model,
  manifest: SequenceManifest,
  vector: ArrayLike<number>,
  options: MakeOptions = {},
): Promise<number[][]> {
  checkTask(model, manifest, 'vector-sequence');
  checkObject(options);
  const { steps, ...call } = options;
  const { longest } = manifest.features;
  if (typeof longest !== 'number' || !Number.isInteger(longest) || longest < 1) {
    throw lacks('features.longest', longest);
  }
  const T = steps ?? longest;
  const width = manifest.inputs[1]?.shape?.[2];
  if (!Number.isInteger(width)) throw lacks('inputs', width);
  const numbers = Array.isArray(vector) ? vector : Array.from(vector ?? []);
  if (numbers.length !== width || !numbers.every(Number.isFinite)) {
    const message = `the vector has ${width} finite numbers, got ${numbers.length}: ${shown(vector)}`;
    throw new RivuletError('ARGUMENT', message, { expected: width, got: numbers.length });
  }
  if (!Number.isInteger(T) || T < 1) {
    throw new RivuletError('ARGUMENT', `steps is a whole number from 1, got ${shown(T)}`, { steps: T });
  }
  const [position, given] = [inputOf(model, 0), inputOf(model, 1)];
  const places = Float32Array.from({ length: T }, (_, t) => t / longest);
  const outputs = await model.run(
    {
      [position]: { data: places, shape: [T, 1, 1] },
      [given]: { data: Float32Array.from(numbers), shape: [1, 1, numbers.length] },
    },
    call,
  );
  return rowsOf(outputs[model.outputs[0]!.name]!).map((row) => Array.from(row));
}

function lacks(key: string, value: unknown): RivuletError {
  const got = shown(value);
  const message = `the manifest of a model of vectors has whole numbers in ${key}, got ${got}`;
  return new RivuletError('MANIFEST_INVALID', message, { key, got });
}
