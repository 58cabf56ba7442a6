/** A `fetch` of the caller's that misbehaves, or is none: no server is asked. */
import { writeOnnx } from '@rivulet/core';
import { afterAll, describe, expect, it } from 'vitest';
import type { Fetch } from '../load/fetchBytes.ts';
import { failure } from '../testing/failure.ts';
import { smallModel } from '../testing/smallModel.ts';
import { ServiceClient } from './client.ts';
import { threadConnections } from './testing/threadConnection.ts';

const small = writeOnnx(smallModel);
const { threads, connect } = threadConnections();
const client = new ServiceClient(connect);
afterAll(() => Promise.all(threads.map((thread) => thread.terminate())));

describe('a fetch of the caller', () => {
  it('that answers after the load was aborted has its answer cancelled', async () => {
    const controller = new AbortController();
    const [asked, late] = [Promise.withResolvers<void>(), Promise.withResolvers<Response>()];
    const own: Fetch = () => {
      asked.resolve();
      return late.promise;
    };
    const opening = client.open('model', 'x', { fetch: own, signal: controller.signal });
    await asked.promise;
    controller.abort();
    expect(await failure(opening)).toMatchObject({ code: 'ABORTED' });
    // The order to abort is a message.
    await new Promise((resolve) => setTimeout(resolve, 100));
    const cancelled = Promise.withResolvers<void>();
    late.resolve(new Response(new ReadableStream({ cancel: () => cancelled.resolve() })));
    await cancelled.promise;
  });

  it('keeps its own coded errors, and has a code for others', async () => {
    const offlineError = (): Promise<never> => Promise.reject(new TypeError('no line'));
    expect(await failure(client.open('model', 'x', { fetch: offlineError }))).toMatchObject({
      code: 'MODEL_FETCH',
      details: { location: 'x' },
    });
    const gone: Fetch = async () => new Response(null, { status: 404 });
    expect(await failure(client.open('model', 'x', { fetch: gone }))).toMatchObject({
      code: 'MODEL_NOT_FOUND',
    });
  });

  it.each([
    ['text', 'String'],
    [small.slice().buffer, 'ArrayBuffer'],
    [null, 'Null'],
  ])('is told that %o is no part of a file', async (chunk, got) => {
    let calls = 0;
    const own = async (): Promise<Response> => {
      calls++;
      const body = new ReadableStream({ start: (controller) => controller.enqueue(chunk) });
      return { ok: true, status: 200, headers: new Headers(), body } as Response;
    };
    expect(await failure(client.open('model', 'x', { fetch: own }))).toMatchObject({
      code: 'ARGUMENT',
      details: { location: 'x', got },
    });
    expect(calls).toBe(1);
  });

  it.each([
    [{ cache: 'always' as never }, { cache: 'always' }],
    [{ cache: null as never }, { cache: null }],
    [{ fetch: 'fetch' as never }, { fetch: 'fetch' }],
  ])('%o is refused', async (options, details) => {
    expect(await failure(client.open('model', small, options))).toMatchObject({ code: 'ARGUMENT', details });
  });
});
