/** Finds a task's code: a task of the house by its name, or a module by its URL that exports `task`. */
import type { TaskSource } from '../parallel/protocol.ts';
import type { Task } from '../task.ts';
import { loadTask } from './index.ts';

export async function openTask(source: TaskSource): Promise<Task> {
  if ('name' in source) return loadTask(source.name);
  return ((await import(source.url)) as { task: Task }).task;
}
