import { RivuletError } from '@rivulet/core';
import { describe, expect, it } from 'vitest';
import { explainError } from './explainError.ts';

describe('explainError', () => {
  it('says what happened without the words of the machine', () => {
    const { code, sentence, retry } = explainError(
      new RivuletError('MODEL_HASH', 'sha256 mismatch', { got: 'ab' }),
    );
    expect(code).toBe('MODEL_HASH');
    expect(sentence).toMatch(/incomplete/);
    expect(sentence).not.toMatch(/sha256|MODEL_HASH/);
    expect(retry).toBe(true);
  });
  it('knows an error that crossed a worker border as a plain object', () => {
    expect(explainError(new RivuletError('WORKER_DIED', 'gone').toWire()).code).toBe('WORKER_DIED');
  });
  it('finds ours behind an exception of the web platform', () => {
    const cause = new RivuletError('MODEL_NOT_FOUND', 'no such file');
    expect(explainError(Object.assign(new DOMException('no', 'NotSupportedError'), { cause })).code).toBe(
      'MODEL_NOT_FOUND',
    );
    expect(explainError(new RivuletError('STORAGE_FULL', 'x', {}, cause)).code).toBe('STORAGE_FULL');
  });
  it('tells a full disk from a browser that keeps nothing', () => {
    const [full, refused] = [{}, { refused: true }].map((details) =>
      explainError(new RivuletError('STORAGE_FULL', 'x', details)),
    );
    expect(full?.sentence).toMatch(/full/);
    expect(refused?.sentence).not.toMatch(/full/);
  });
  it('names the line of a file', () => {
    const error = new RivuletError('SERIES_INVALID', 'bad number', { line: 7, value: 'x'.repeat(200) });
    expect(explainError(error).sentence).toMatch(/Line 7: “x{60}”/);
  });
  it('knows the browser’s full disk, and calls everything foreign internal', () => {
    expect(explainError(new DOMException('full', 'QuotaExceededError')).code).toBe('STORAGE_FULL');
    for (const thrown of [new Error('x'), 'x', null, undefined, { code: 'MODEL_HASH' }]) {
      expect(explainError(thrown).code).toBe('INTERNAL');
    }
  });
});
