/** Whether a model is of the kind that a service serves, made for the features that this build computes. */
import { type Manifest, RivuletError } from '@rivulet/core';
import * as v from 'valibot';

type Head = Manifest['head'];

interface Wanted<K extends Head['kind'], S extends v.GenericSchema> {
  readonly task: Manifest['task'];
  readonly head: K;
  readonly featureVersion: string;
  /** Options of the feature function. */
  readonly features: S;
}

/** @throws MANIFEST_INVALID for another kind of model or options that are none, FEATURE_VERSION */
export function checkManifest<K extends Head['kind'], S extends v.GenericSchema>(
  { name, task, head, featureVersion, features }: Manifest,
  wanted: Wanted<K, S>,
): { readonly head: Extract<Head, { kind: K }>; readonly features: v.InferOutput<S> } {
  if (task !== wanted.task || head.kind !== wanted.head) {
    throw new RivuletError('MANIFEST_INVALID', `${name} is for ${task}, not for ${wanted.task}`, {
      key: 'task',
      expected: wanted.task,
      got: task,
    });
  }
  if (featureVersion !== wanted.featureVersion) {
    throw new RivuletError(
      'FEATURE_VERSION',
      `${name} expects features ${featureVersion}, this build makes ${wanted.featureVersion}`,
      { expected: featureVersion, got: wanted.featureVersion },
    );
  }
  const options = v.safeParse(wanted.features, features, { abortEarly: true });
  if (!options.success) {
    const [issue] = options.issues;
    const key = `features.${v.getDotPath(issue) ?? ''}`;
    throw new RivuletError('MANIFEST_INVALID', `${key}: ${issue.message}`, { key });
  }
  return { head: head as Extract<Head, { kind: K }>, features: options.output };
}
