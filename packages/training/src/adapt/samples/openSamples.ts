/** What the samples of each kind of model are. Adding one: a file beside this one, and a line here. */
import { type Manifest, RivuletError } from '@rivulet/core';
import { inkSamples } from './inkSamples.ts';
import type { OpenSamples } from './ownSamples.ts';
import { seriesSamples } from './seriesSamples.ts';

const KINDS: Partial<Readonly<Record<Manifest['task'], OpenSamples>>> = {
  'ink-text': inkSamples,
  'series-quantiles': seriesSamples,
};

/** @throws ARGUMENT for a model whose kind nobody's own samples are for */
export const openSamples: OpenSamples = (samples, options) => {
  const { task, name } = options.manifest;
  const open = KINDS[task];
  if (open) return open(samples, options);
  throw new RivuletError('ARGUMENT', `${name} is of task ${task}, which is not adapted on the device`, {
    ...{ task, expected: Object.keys(KINDS) },
  });
};
