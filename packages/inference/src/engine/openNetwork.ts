/** Opens the network of a model's folder, and makes sure that it is the one which the manifest describes. */
import { type ManifestValue, RivuletError } from '@rivulet/core';
import type { ModelFolder, WeightType } from '../load/modelFolder.ts';
import { type CreateSessionOptions, createSession } from './createSession.ts';
import type { Session, ValueInfo } from './engine.ts';

export interface NetworkOptions extends Pick<CreateSessionOptions, 'engine' | 'variant' | 'signal'> {
  /** Default: int8 weights, with the activations that their file says they were trained for. */
  readonly dtype?: WeightType | undefined;
}

/** @throws MODEL_SHAPE for a network of other inputs or outputs, and whatever loading throws */
export async function openNetwork(folder: ModelFolder, options: NetworkOptions = {}): Promise<Session> {
  const { dtype, engine, variant, signal } = options;
  const bytes = await folder.bytes(dtype === undefined || dtype === 'int8a7' ? 'int8' : dtype);
  const int8 = dtype === 'float32' ? undefined : dtype;
  const session = await createSession(bytes, { engine, variant, signal, dtype: int8 });
  const { name, inputs, outputs } = folder.manifest;
  const other =
    mismatch('input', inputs, session.inputs) ??
    mismatch('output', outputs, session.outputs) ??
    mismatch('input', session.inputs, inputs);
  if (!other) return session;
  await session.dispose();
  const { value, expected, got } = other;
  throw new RivuletError(
    'MODEL_SHAPE',
    `the network of ${name} is not the one of its manifest: ${value} must be [${expected}], got [${got ?? 'none'}]`,
    other,
  );
}

type Described = ManifestValue & Pick<ValueInfo, 'unranked'>;

function mismatch(kind: string, wanted: readonly Described[], found: readonly Described[]) {
  for (const { name, shape, unranked } of wanted) {
    const same = found.find((value) => value.name === name);
    if (same && (unranked || same.unranked || fits(shape, same.shape))) continue;
    return { value: `${kind} "${name}"`, expected: shape, got: same?.shape };
  }
  return undefined;
}

/** Named dimensions fit any. */
const fits = (a: ManifestValue['shape'], b: ManifestValue['shape']): boolean =>
  a.length === b.length && a.every((n, i) => !isFixed(n) || !isFixed(b[i]) || n === b[i]);

const isFixed = (n: number | string | undefined): boolean => typeof n === 'number' && n >= 0;
