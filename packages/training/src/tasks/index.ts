/** The tasks by the name a recipe gives; each is loaded only when asked for. */
import { RivuletError } from '@rivulet/core';
import type { Task } from '../task.ts';

const TASKS: Readonly<Record<string, () => Promise<Task>>> = {
  'ink-ctc': async () => (await import('./inkCtc.ts')).inkCtc,
  'ink-class': async () => (await import('./inkClass.ts')).inkClass,
  'sequence-class': async () => (await import('./sequenceClass.ts')).sequenceClass,
  'sequence-tags': async () => (await import('./sequenceTags.ts')).sequenceTags,
  'sequence-values': async () => (await import('./sequenceValues.ts')).sequenceValues,
  'sequence-translation': async () => (await import('./sequenceTranslation.ts')).sequenceTranslation,
  'series-quantile': async () => (await import('./seriesQuantile.ts')).seriesQuantile,
  'text-model': async () => (await import('./textModel.ts')).textModel,
  'vector-sequence': async () => (await import('./vectorSequence.ts')).vectorSequence,
};

/** @throws RECIPE_INVALID for a name no task has */
export async function loadTask(name: string): Promise<Task> {
  const load = Object.hasOwn(TASKS, name) ? TASKS[name] : undefined;
  if (load) return load();
  throw new RivuletError(
    'RECIPE_INVALID',
    `No task is called ${JSON.stringify(name)}; there are ${Object.keys(TASKS).join(', ')}`,
    {
      key: 'task',
      expected: Object.keys(TASKS),
      got: name,
    },
  );
}
