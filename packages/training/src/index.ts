export * from './export/exportModel.ts';
export * from './export/parityCases.ts';
export * from './random.ts';
export * from './recipe.ts';
export * from './task.ts';
export * from './tasks/index.ts';
export * from './trainer.ts';
