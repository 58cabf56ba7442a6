import { expect, it } from 'vitest';
import { unlessAborted } from './unlessAborted.ts';

const never = new Promise<never>(() => {});

it('is what the work comes to', async () => {
  const { signal } = new AbortController();
  await expect(unlessAborted(Promise.resolve(7), signal)).resolves.toBe(7);
  await expect(unlessAborted(Promise.reject(new Error('broken')), signal)).rejects.toThrow('broken');
});

it('ends with the signal, whether it comes before the work or during it', async () => {
  const controller = new AbortController();
  const waiting = unlessAborted(never, controller.signal);
  controller.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' });
  await expect(unlessAborted(never, controller.signal)).rejects.toMatchObject({ code: 'ABORTED' });
});
