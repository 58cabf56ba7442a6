export * from './random.ts';
export * from './recipe.ts';
export * from './task.ts';
export * from './tasks/index.ts';
