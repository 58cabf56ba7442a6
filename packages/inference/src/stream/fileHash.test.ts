import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { fileHash } from './fileHash.ts';

const bytes = Uint8Array.of(1, 2, 3);
const expected = createHash('sha256').update(bytes).digest('hex');
const digest = vi.spyOn(crypto.subtle, 'digest');

beforeEach(() => {
  vi.useFakeTimers();
  digest.mockClear();
});
afterEach(() => void vi.useRealTimers());

it('is made when asked for, once', async () => {
  const hash = fileHash(bytes, 250);
  expect(digest).not.toHaveBeenCalled();
  expect(await hash.get()).toBe(expected);
  expect(await hash.get()).toBe(expected);
  vi.advanceTimersByTime(1000);
  expect(digest).toHaveBeenCalledOnce();
});

it('is made after its pause where nobody asks, of the bytes as they are then', async () => {
  const hash = fileHash(bytes.slice(), 250);
  vi.advanceTimersByTime(249);
  expect(digest).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(digest).toHaveBeenCalledOnce();
  expect(await hash.get()).toBe(expected);
});

it('is not made of a model that is gone', () => {
  fileHash(bytes, 250).drop();
  vi.advanceTimersByTime(1000);
  expect(digest).not.toHaveBeenCalled();
});
