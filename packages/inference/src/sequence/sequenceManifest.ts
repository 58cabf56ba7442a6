/** What a manifest says of a model of sequences, and steps made as the model learned them. */
import {
  type Manifest,
  type ModelTask,
  RivuletError,
  SEQUENCE_FEATURE_VERSION,
  shown,
  splitText,
  type Tensor,
  type TokenUnit,
  Vocabulary,
} from '@rivulet/core';
import type { Model } from '../model.ts';

/** The manifest of its folder, or as much of it as these functions read. */
export type SequenceManifest = Pick<
  Manifest,
  'name' | 'task' | 'featureVersion' | 'features' | 'head' | 'inputs' | 'outputs'
>;

/** Tokens: a text, or a list of texts, one a token. Numbers: those of each step. */
export type SequenceInput = string | readonly string[] | readonly number[] | readonly (readonly number[])[];

/** @throws ARGUMENT for what is no model or no manifest and for a model of another task, FEATURE_VERSION, MANIFEST_INVALID */
export function checkTask(model: Model, manifest: SequenceManifest, wanted: ModelTask): void {
  if (!Array.isArray(model?.inputs) || !Array.isArray(model.outputs)) {
    const got = shown(model);
    throw new RivuletError('ARGUMENT', `a model is what loadModel gives, got ${got}`, { model: got });
  }
  if (typeof manifest !== 'object' || manifest === null) {
    const got = shown(manifest);
    throw new RivuletError('ARGUMENT', `a manifest is the object in manifest.json, got ${got}`, { got });
  }
  const { name, task, featureVersion } = manifest;
  if (task !== wanted) {
    throw new RivuletError('ARGUMENT', `${shown(name)} is for ${shown(task)}, not for ${wanted}`, {
      expected: wanted,
      got: task,
    });
  }
  if (featureVersion !== SEQUENCE_FEATURE_VERSION) {
    const theirs = `${shown(name)} expects features ${shown(featureVersion)}`;
    const message = `${theirs}, this build makes ${SEQUENCE_FEATURE_VERSION}`;
    throw new RivuletError('FEATURE_VERSION', message, {
      expected: featureVersion,
      got: SEQUENCE_FEATURE_VERSION,
    });
  }
  for (const key of ['features', 'head', 'inputs'] as const) {
    if (typeof manifest[key] === 'object' && manifest[key] !== null) continue;
    const got = shown(manifest[key]);
    throw new RivuletError('MANIFEST_INVALID', `${shown(name)} has no ${key} but ${got}`, { key, got });
  }
}

/** Name of the model's `i`-th input. @throws ARGUMENT where it has none: then the manifest is another model's */
export function inputOf({ inputs }: Model, i: number): string {
  const input = inputs[i];
  if (input) return input.name;
  throw new RivuletError('ARGUMENT', `the model has ${inputs.length} inputs, its manifest has more`, {
    input: i,
    inputs: inputs.map(({ name }) => name),
  });
}

/** What the classes of its output stand for. @throws MANIFEST_INVALID */
export function labelsOf({ name, head }: SequenceManifest): readonly string[] {
  if (head.kind === 'classes') {
    if (Array.isArray(head.labels)) return head.labels;
    const got = shown(head.labels);
    throw new RivuletError('MANIFEST_INVALID', `${shown(name)} has no list of labels but ${got}`, {
      key: 'head.labels',
      got,
    });
  }
  throw new RivuletError('MANIFEST_INVALID', `${shown(name)} has no classes but ${shown(head.kind)}`, {
    key: 'head.kind',
  });
}

/** @throws MODEL_SHAPE where the row is not of these classes: then the manifest is another model's */
export function checkClasses(row: Float32Array, labels: readonly string[]): void {
  const [expected, got] = [labels.length, row.length];
  if (expected === got) return;
  const message = `the model tells ${got} classes apart, its manifest ${expected}`;
  throw new RivuletError('MODEL_SHAPE', message, { expected, got });
}

/** How texts are cut. */
export function unitOf({ features }: SequenceManifest, key: 'unit' | 'targetUnit' = 'unit'): TokenUnit {
  return features[key] === 'word' ? 'word' : 'character';
}

/** @returns undefined where the steps are numbers */
export function vocabularyOf({ features: { tokens, unknown } }: SequenceManifest): Vocabulary | undefined {
  if (!Array.isArray(tokens)) return undefined;
  return new Vocabulary(tokens, typeof unknown === 'string' ? unknown : undefined);
}

/**
 * @returns [T, 1, F] as the model's first input
 * @throws ARGUMENT for what is no sequence, for an empty one, for a token that is unknown, and for steps that the model
 *   does not read
 */
export function stepsOf(manifest: SequenceManifest, x: SequenceInput): Tensor {
  const vocabulary = vocabularyOf(manifest);
  const F = Number(manifest.inputs[0]?.shape?.[2]);
  if (typeof x !== 'string' && !Array.isArray(x)) {
    const got = shown(x);
    const message = `a sequence is a text, or a list of tokens or numbers, got ${got}`;
    throw new RivuletError('ARGUMENT', message, { got });
  }
  const items: readonly (string | number | readonly number[])[] =
    typeof x === 'string' ? splitText(x, unitOf(manifest)) : x;
  if (items.length === 0) {
    throw new RivuletError('ARGUMENT', 'a sequence has at least one step', { steps: 0 });
  }
  const rows = vocabulary
    ? vocabulary.numbers(items.map(shown)).map((number) => [number])
    : items.map((item) => (Array.isArray(item) ? item : [item]) as readonly number[]);
  rows.forEach((row, step) => {
    if (row.length === F && row.every((value) => Number.isFinite(value))) return;
    throw new RivuletError('ARGUMENT', `step ${step} is not of ${F} numbers: ${shown(row)}`, {
      step,
      expected: F,
    });
  });
  return { data: Float32Array.from(rows.flat()), shape: [rows.length, 1, F] };
}

/** Rows of an output [T, 1, C]. */
export function rowsOf({ data, shape }: Tensor): Float32Array[] {
  const rows = shape[0]!;
  const width = data.length / rows;
  return Array.from({ length: rows }, (_, t) => (data as Float32Array).slice(t * width, (t + 1) * width));
}
