/** What is asked of an adaptation, checked and with every default filled in. */
import { RivuletError } from '@rivulet/core';
import * as v from 'valibot';
import { count, fraction, positive } from '../recipeValues.ts';
import type { AdaptSettings } from './api.ts';

const part = v.pipe(v.number(), v.gtValue(0), v.ltValue(1));

const schema = v.strictObject({
  method: v.optional(v.picklist(['all', 'last', 'lowRank']), 'lowRank'),
  layers: v.optional(count),
  rank: v.optional(v.pipe(count, v.maxValue(64)), 4),
  learningRate: v.optional(positive),
  batch: v.optional(v.pipe(count, v.maxValue(256)), 8),
  epochs: v.optional(count, 30),
  seconds: v.optional(positive, Number.POSITIVE_INFINITY),
  heldOut: v.optional(part, 0.25),
  margin: v.optional(fraction, 0.02),
  patience: v.optional(count, 10),
  seed: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0)), 1),
  precision: v.optional(v.picklist(['float16', 'float32']), 'float16'),
});

/** With every default but those that depend on method and model. */
export type CheckedSettings = v.InferOutput<typeof schema>;

/** @throws ARGUMENT naming the key that is wrong */
export function checkSettings(settings: AdaptSettings): CheckedSettings {
  const result = v.safeParse(schema, settings, { abortEarly: true });
  if (!result.success) {
    const [issue] = result.issues;
    const key = v.getDotPath(issue) ?? '';
    throw refused(key, issue.message, issue.received);
  }
  const { method, layers } = result.output;
  if (method === 'all' && layers !== undefined)
    throw refused('layers', 'method all takes no number of layers', layers);
  return result.output;
}

/** ARGUMENT naming the setting. @param key with dots, as the caller wrote it */
export function refused(key: string, message: string, got: unknown): RivuletError {
  return new RivuletError('ARGUMENT', `The adaptation's ${key || 'settings'} cannot be: ${message}`, {
    key,
    got,
  });
}

/**
 * Peaks that served writers who are in no training data, nor in any figure that is reported
 * (`npm run evaluate -- adapt --choose`).
 */
export const LEARNING_RATES = { all: 1e-3, last: 3e-3, lowRank: 1e-3 } as const;
