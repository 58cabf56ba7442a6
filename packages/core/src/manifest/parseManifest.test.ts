import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RivuletError } from '../errors.ts';
import type { Manifest } from './manifest.ts';
import { parseManifest } from './parseManifest.ts';

const file = (path: string) => ({ path, bytes: 1234, sha256: '0123456789abcdef'.repeat(4) });

const ink: Manifest = {
  format: 1,
  name: 'handwriting-en',
  version: '0.1.0',
  task: 'ink-text',
  featureVersion: 'ink-1',
  features: { step: 0.16 },
  inputs: [{ name: 'x', shape: ['T', 'B', 6] }],
  outputs: [{ name: 'logits', shape: ['S', 'B', 4] }],
  head: { kind: 'ctc', alphabet: ['', 'a', 'b', "'"] },
  languages: ['en'],
  files: {
    float32: file('model.onnx'),
    int8: file('model.int8.onnx'),
    parity: file('parity.json'),
  },
  training: {
    recipe: 'train.json',
    seed: 1,
    commit: 'f544c37',
    date: '2026-11-21T08:00:00Z',
    steps: 9000,
    data: 'UNIPEN train words',
  },
  figures: { cer: 0.11 },
  licence: 'Apache-2.0',
  attribution: 'UNIPEN',
};

/** The same with one value put at a dotted path; undefined takes the key away. */
function changed(path: string, value: unknown): unknown {
  const copy = JSON.parse(JSON.stringify(ink));
  const keys = path.split('.');
  let at: Record<string, unknown> = copy;
  for (const key of keys.slice(0, -1)) at = at[key] as Record<string, unknown>;
  if (value === undefined) delete at[keys.at(-1)!];
  else at[keys.at(-1)!] = value;
  return copy;
}

function failure(json: unknown): RivuletError {
  try {
    parseManifest(json);
  } catch (error) {
    if (error instanceof RivuletError) return error;
    throw error;
  }
  throw new Error('it passed');
}

describe('parseManifest', () => {
  it('gives back a good one', () => {
    expect(parseManifest(JSON.parse(JSON.stringify(ink)))).toEqual(ink);
    const { languages: _, ...series } = ink;
    const forecaster = {
      ...series,
      task: 'series-quantiles',
      head: { kind: 'quantiles', levels: [0.1, 0.5, 0.9] },
    };
    expect(parseManifest(forecaster)).toEqual(forecaster);
    const text = { ...series, task: 'text-model', head: { kind: 'classes', labels: ['a', 'b'] } };
    expect(parseManifest(text)).toEqual(text);
    const waves = { ...series, task: 'vector-sequence', head: { kind: 'values' } };
    expect(parseManifest(waves)).toEqual(waves);
    const floods = { ...waves, task: 'sequence-values' };
    expect(parseManifest(floods)).toEqual(floods);
  });

  it('leaves out keys it does not know', () => {
    expect(parseManifest({ ...ink, later: 1 })).toEqual(ink);
  });

  it.each<[path: string, value: unknown]>([
    ['format', 2],
    ['name', ''],
    ['version', '1.0'],
    ['task', 'speech'],
    ['featureVersion', undefined],
    ['features', []],
    ['figures', [1]],
    ['inputs', []],
    ['inputs.0.shape.1', -1],
    ['inputs.0.shape.2', 1.5],
    ['outputs.0.name', undefined],
    ['head.kind', 'softmax'],
    ['head.alphabet', ['a', 'b']],
    ['head.alphabet', ['', 'a', 'a']],
    ['head.alphabet', ['', 'a', '']],
    ['head.alphabet.2', 7],
    ['files.int8', undefined],
    ['files.int8.bytes', 12.5],
    ['files.int8.sha256', 'ABC'],
    ['files.float32.path', '/etc/passwd'],
    ['files.float32.path', 'https://elsewhere.example/model.onnx'],
    ['files.float32.path', '//elsewhere.example/model.onnx'],
    ['files.float32.path', 'a/../../model.onnx'],
    ['files.float32.path', 'a\\model.onnx'],
    ['files.float32.path', '%2e%2e/model.onnx'],
    ['training.date', 'yesterday'],
    ['training.steps', '9000'],
    ['figures.cer', Number.NaN],
    ['licence', null],
  ])('names %s when it is %o', (path, value) => {
    const error = failure(changed(path, value));
    expect(error.code).toBe('MANIFEST_INVALID');
    expect(error.details.path).toBe(path);
    expect(error.message).toContain(path);
  });

  it.each([[[0.5, 0.1, 0.9]], [[0.1, 0.5, 1]], [[0.1, 0.4, 0.9]], [[0.4, 0.6]], [[]]])(
    'refuses the levels %o',
    (levels) => {
      const json = { ...ink, task: 'series-quantiles', head: { kind: 'quantiles', levels } };
      expect(failure(json).details.path).toBe('head.levels');
    },
  );

  it('refuses a head that is not of its task', () => {
    expect(failure({ ...ink, task: 'series-quantiles' }).details.path).toBe('head');
    expect(failure({ ...ink, task: 'text-model', head: { kind: 'values' } }).details.path).toBe('head');
  });

  it('refuses any other JSON with a coded error', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        expect(failure(json).code).toBe('MANIFEST_INVALID');
      }),
    );
    expect(failure(undefined).message).toContain('the whole');
  });
});
