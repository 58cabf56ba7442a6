/** CARD.md of a trained model: what it is, what was measured, and what made it. */
import type { Manifest } from '@rivulet/core';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import type { RangeChoice } from '../quantise/chooseRange.ts';
import type { Recipe } from '../recipe.ts';

/** @param about the task's own words on data and figures, Markdown */
export function modelCard(
  manifest: Manifest,
  recipe: Recipe,
  checkpoint: Checkpoint,
  ranges?: RangeChoice,
  about = '',
): string {
  const { name, version, task, training, figures, files, licence, attribution } = manifest;
  const rows = Object.entries(figures).map(
    ([key, value]) => `| ${key} | ${Number.isInteger(value) ? value : Number(value.toPrecision(5))} |`,
  );
  const layers = recipe.network.layers.map((layer) => {
    const { op, ...rest } = layer;
    const facts = Object.entries(rest).filter(([, value]) => value !== undefined && value !== false);
    return `- ${op}: ${facts.map(([key, value]) => (value === true ? key : `${key} ${value}`)).join(', ')}`;
  });
  const minutes = Math.round(checkpoint.seconds / 60);
  return `# ${name} ${version}

Task \`${task}\`, ${figures.parameters} parameters. ${kilobytes(files.float32.bytes)} as float32, ${kilobytes(files.int8.bytes)} with int8 weights.

${about.trim()}${about ? '\n\n' : ''}## Figures

Measured on the validation split when this model was exported, on the training kernels; \`int8.\` is the same
measure with the int8 weights${
    ranges
      ? `, and activations of ${ranges.bits} bits
in ranges calibrated on training samples (${ranges.method})`
      : ''
  }.

| figure | value |
|---|---|
${rows.join('\n')}

## Network

${layers.join('\n')}

## How it was made

\`npm run train -- ${name}\` with \`train.json\`: seed ${training.seed}, ${stepsOf(recipe, checkpoint)} (${counted(minutes, 'minute')}, ${counted(checkpoint.threads, 'thread')}, ${checkpoint.variant} SIMD), code of commit \`${training.commit}\`, exported ${training.date}.

## Licence and attribution

${licence}

${attribution}
`;
}

/** How long it trained, and which of its weights these are. */
function stepsOf({ keep, optimiser }: Recipe, { totalSteps, step }: Checkpoint): string {
  if (keep !== 'last') return `best of ${totalSteps} steps at step ${step}`;
  return optimiser.ema > 0 ? `averaged weights after ${step} steps` : `weights after ${step} steps`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1000).toLocaleString('en')} kB`;
}
