import { afterEach, expect, it, vi } from 'vitest';
import { storageCache } from './storageCache.ts';

afterEach(() => void vi.unstubAllGlobals());

it('is opened again after it could not be', async () => {
  const kept = new Uint8Array([1, 2, 3]);
  const cache = {
    match: async () => new Response(kept, { headers: { 'rivulet-used': String(Date.now()) } }),
  };
  let failures = 1;
  vi.stubGlobal('caches', {
    keys: async () => (failures-- > 0 ? Promise.reject(new Error('the disk is busy')) : []),
    open: async () => cache,
  });
  const storage = storageCache()!;
  await expect(storage.get('https://a.example/model.onnx')).rejects.toThrow('busy');
  expect(await storage.get('https://a.example/model.onnx')).toEqual(kept);
});
