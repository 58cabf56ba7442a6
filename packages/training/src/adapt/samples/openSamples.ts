/** What the samples of each kind of model are. Adding one: a file beside this one, and a line here. */
import { INK_FEATURE_VERSION, type Manifest, RivuletError, SERIES_FEATURE_VERSION } from '@rivulet/core';
import { classSamples } from './classSamples.ts';
import { inkSamples } from './inkSamples.ts';
import type { OpenSamples } from './ownSamples.ts';
import { seriesSamples } from './seriesSamples.ts';

interface Kind {
  /** Of the features that this build makes for such models. */
  readonly featureVersion: string;
  readonly open: OpenSamples;
}

const KINDS: Readonly<Partial<Record<Manifest['task'], Kind>>> = {
  'ink-text': { featureVersion: INK_FEATURE_VERSION, open: inkSamples },
  classes: { featureVersion: INK_FEATURE_VERSION, open: classSamples },
  'series-quantiles': { featureVersion: SERIES_FEATURE_VERSION, open: seriesSamples },
};

export const openSamples: OpenSamples = (samples, options) => kindOf(options.manifest).open(samples, options);

function kindOf({ name, task }: Manifest): Kind {
  const kind = KINDS[task];
  if (kind) return kind;
  throw new RivuletError('ARGUMENT', `${name} is for ${task}, which does not adapt`, {
    ...{ expected: Object.keys(KINDS), got: task },
  });
}

/**
 * @throws ARGUMENT for a kind of model that does not adapt, FEATURE_VERSION for a model that was trained for other
 *   features than this build makes
 */
export function checkFeatureVersion(manifest: Manifest): void {
  const { name, featureVersion } = manifest;
  const expected = kindOf(manifest).featureVersion;
  if (featureVersion === expected) return;
  throw new RivuletError('FEATURE_VERSION', `${name} was trained for ${featureVersion}`, {
    ...{ expected, got: featureVersion },
  });
}
