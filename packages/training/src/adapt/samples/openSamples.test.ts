import { INK_FEATURE_VERSION, type Manifest } from '@rivulet/core';
import { expect, it } from 'vitest';
import { checkFeatureVersion } from './openSamples.ts';

const manifest = (task: string, featureVersion: string) =>
  ({ name: 'mine', task, featureVersion }) as unknown as Manifest;

it('takes models of a kind that adapts, made for the features of this build', () => {
  expect(() => checkFeatureVersion(manifest('classes', INK_FEATURE_VERSION))).not.toThrow();
  expect(() => checkFeatureVersion(manifest('ink-text', 'ink-0'))).toThrow(
    expect.objectContaining({
      code: 'FEATURE_VERSION',
      details: { expected: INK_FEATURE_VERSION, got: 'ink-0' },
    }),
  );
  expect(() => checkFeatureVersion(manifest('text-model', 'sequence-1'))).toThrow(
    expect.objectContaining({ code: 'ARGUMENT', details: expect.objectContaining({ got: 'text-model' }) }),
  );
});
