/** From unknown JSON to a Manifest, or to an error that names the key that is wrong. */

import * as v from 'valibot';
import { RivuletError } from '../errors.ts';
import type { Manifest, ModelTask } from './manifest.ts';

/** A model's version. */
export const SEMANTIC_VERSION: RegExp = /^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/;

const text = v.pipe(v.string(), v.nonEmpty('must not be empty'));
const count = v.pipe(
  v.number(),
  v.safeInteger('must be a whole number'),
  v.minValue(0, 'must not be negative'),
);

/** An array is an object, and so a record to valibot: refused before it is read as one. */
const noList = v.pipe(
  v.unknown(),
  v.check((record) => !Array.isArray(record), 'must be an object of names'),
);

const value = v.object({
  name: text,
  shape: v.array(v.union([count, text], 'must be a whole number from 0 or a name')),
});

const file = v.object({
  path: v.pipe(
    text,
    // A manifest may come from anywhere, and a loader joins this to its own folder.
    v.check(
      (path) => !/^[/\\]|\\|^[a-z][a-z\d+.-]*:|[?#]|%/i.test(path) && !path.split('/').includes('..'),
      'must be a relative path that stays in the folder of the manifest',
    ),
  ),
  bytes: count,
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits')),
});

const ctcHead = v.object({
  kind: v.literal('ctc'),
  alphabet: v.pipe(
    v.array(v.string()),
    v.minLength(2, 'must have the blank and one more class'),
    v.check((alphabet) => alphabet[0] === '', "must begin with '', the blank"),
    v.check((alphabet) => alphabet.indexOf('', 1) < 0, "must have '' only as class 0"),
    v.check((alphabet) => new Set(alphabet).size === alphabet.length, 'must not name a class twice'),
  ),
});

const quantilesHead = v.object({
  kind: v.literal('quantiles'),
  levels: v.pipe(
    v.array(v.number()),
    v.nonEmpty('must not be empty'),
    v.check((levels) => levels.every((level) => level > 0 && level < 1), 'must lie between 0 and 1'),
    v.check(
      (levels) => levels.every((level, i) => i === 0 || level > levels[i - 1]!),
      'must ascend without repeats',
    ),
    v.check((levels) => levels[(levels.length - 1) / 2] === 0.5, 'must have 0.5 in the middle'),
  ),
});

const classesHead = v.object({
  kind: v.literal('classes'),
  labels: v.pipe(
    v.array(v.string()),
    v.minLength(2, 'must have two classes'),
    v.check((labels) => new Set(labels).size === labels.length, 'must not name a class twice'),
  ),
});

const HEAD_OF: Readonly<Record<ModelTask, Manifest['head']['kind']>> = {
  'ink-text': 'ctc',
  'series-quantiles': 'quantiles',
  classes: 'classes',
  'sequence-class': 'classes',
  'sequence-tags': 'classes',
  'sequence-values': 'values',
  'sequence-translation': 'classes',
  'text-model': 'classes',
  'vector-sequence': 'values',
};

const schema = v.pipe(
  v.object({
    format: v.literal(1, 'must be 1, the only format this build reads'),
    name: text,
    version: v.pipe(v.string(), v.regex(SEMANTIC_VERSION, 'must be a version like 1.2.3')),
    task: v.picklist(Object.keys(HEAD_OF) as ModelTask[]),
    featureVersion: text,
    features: v.pipe(noList, v.record(v.string(), v.unknown())),
    inputs: v.pipe(v.array(value), v.nonEmpty('must not be empty')),
    outputs: v.pipe(v.array(value), v.nonEmpty('must not be empty')),
    head: v.variant('kind', [ctcHead, quantilesHead, classesHead, v.object({ kind: v.literal('values') })]),
    languages: v.optional(v.array(text)),
    files: v.object({ float32: file, int8: file, parity: file }),
    training: v.object({
      recipe: text,
      seed: v.number(),
      commit: v.string(),
      date: v.pipe(
        v.string(),
        v.check((date) => Number.isFinite(Date.parse(date)), 'must be a date'),
      ),
      steps: count,
      data: v.string(),
    }),
    figures: v.pipe(noList, v.record(v.string(), v.pipe(v.number(), v.finite('must be finite')))),
    licence: text,
    attribution: v.string(),
  }),
  v.forward(
    v.check(
      ({ task, head }) => head.kind === HEAD_OF[task],
      `must be of the kind of its task: ${JSON.stringify(HEAD_OF)}`,
    ),
    ['head'],
  ),
);

/**
 * Checks a manifest; keys it does not know are left out of the result.
 * @throws RivuletError MANIFEST_INVALID with details { path, got } of the first bad key, e.g. `files.int8.sha256`
 */
export function parseManifest(json: unknown): Manifest {
  const result = v.safeParse(schema, json, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue) ?? '';
  throw new RivuletError('MANIFEST_INVALID', `manifest: ${path || 'the whole'}: ${issue.message}`, {
    path,
    expected: issue.expected ?? issue.message,
    got: issue.received,
  });
}
