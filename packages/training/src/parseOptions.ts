/** Checks options of a recipe against their schema, and names the key that is wrong. */
import { RivuletError } from '@rivulet/core';
import * as v from 'valibot';

/**
 * @param where key under which the options stand in the recipe; '' for the recipe itself
 * @throws RECIPE_INVALID with details { key, expected, got } of the first bad key
 */
export function parseOptions<S extends v.GenericSchema>(
  schema: S,
  json: unknown,
  where: string,
): v.InferOutput<S> {
  const result = v.safeParse(schema, json, { abortEarly: true });
  if (result.success) return result.output;
  const issue = result.issues[0];
  const key = [where, v.getDotPath(issue)].filter(Boolean).join('.');
  // Of an object, valibot says the name of a key that is missing, and `never` of one that it does not know.
  const ofKey = issue.type === 'strict_object' || issue.type === 'object';
  const unknown = ofKey && issue.expected === 'never';
  const missing = ofKey && issue.received === 'undefined';
  const what = unknown ? 'there is no such key' : missing ? 'it is missing' : issue.message;
  throw new RivuletError('RECIPE_INVALID', `The recipe's ${key || 'root'} is wrong: ${what}`, {
    key,
    expected: issue.expected ?? undefined,
    got: issue.received,
  });
}
