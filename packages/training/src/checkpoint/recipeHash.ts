/** A recipe's name in checkpoints: sha256 of its JSON with keys in order. Formatting does not count, nor does `tooShort`. */
import { createHash } from 'node:crypto';
import type { Recipe } from '../recipe.ts';

export function recipeHash(recipe: Recipe): string {
  const { tooShort: _, ...counted } = recipe;
  return createHash('sha256').update(canonical(counted)).digest('hex');
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  // The order of inputs and outputs is theirs to choose; only objects' keys are sorted, by code unit.
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join()}}`;
}
