/** What the samples of each kind of model are. Adding one: a file beside this one, and a line here. */
import type { Manifest } from '@rivulet/core';
import { inkSamples } from './inkSamples.ts';
import type { OpenSamples } from './ownSamples.ts';
import { seriesSamples } from './seriesSamples.ts';

const KINDS: Readonly<Record<Manifest['task'], OpenSamples>> = {
  'ink-text': inkSamples,
  'series-quantiles': seriesSamples,
};

export const openSamples: OpenSamples = (samples, options) => KINDS[options.manifest.task](samples, options);
