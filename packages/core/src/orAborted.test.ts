import { expect, it } from 'vitest';
import { orAborted } from './orAborted.ts';

declare const AbortController: new () => {
  readonly signal: Parameters<typeof orAborted>[1];
  abort(reason?: unknown): void;
};
const never = new Promise<never>(() => {});

it('is what the work comes to', async () => {
  const { signal } = new AbortController();
  await expect(orAborted(Promise.resolve(7), signal)).resolves.toBe(7);
  await expect(orAborted(Promise.reject(new Error('broken')), signal)).rejects.toThrow('broken');
});

it('ends with the signal, whether it comes before the work or during it', async () => {
  const controller = new AbortController();
  const waiting = orAborted(never, controller.signal);
  controller.abort('enough');
  await expect(waiting).rejects.toMatchObject({ code: 'ABORTED', cause: 'enough' });
  await expect(orAborted(never, controller.signal)).rejects.toMatchObject({ code: 'ABORTED' });
});

it('leaves work that is done as it is', async () => {
  const controller = new AbortController();
  const done = orAborted(Promise.resolve(7), controller.signal, () => true);
  controller.abort();
  await expect(done).resolves.toBe(7);
});
