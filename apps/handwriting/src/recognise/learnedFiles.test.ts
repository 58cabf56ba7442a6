import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LearnedFiles } from './learnedFiles.ts';

const shipped = {
  name: 'm',
  files: { int8: { path: 'm.onnx', bytes: 9, sha256: 'base' }, float32: { bytes: 1 } },
};
let served: Record<string, unknown>;
beforeEach(() => {
  served = { 'x/manifest.json': JSON.stringify(shipped), 'x/m.onnx': 'the shipped' };
  vi.stubGlobal('fetch', async (address: string) => {
    const body = served[address];
    return body === undefined ? new Response('', { status: 404 }) : new Response(String(body));
  });
});
afterEach(() => void vi.unstubAllGlobals());

const onnx = new Uint8Array([1, 2, 3]);
const files = (base: string) => new LearnedFiles({ base, onnx, sha256: 'own', delta: onnx, at: 0 });

it('hands out what was learned, under a manifest that names it', async () => {
  const over = files('base');
  const manifest = await new Response((await over.fetch('x/manifest.json', {})).body).json();
  expect(manifest).toEqual({
    ...shipped,
    files: { ...shipped.files, int8: { path: 'm.onnx', bytes: 3, sha256: 'own' } },
  });
  expect(await new Response((await over.fetch('x/m.onnx', {})).body).bytes()).toEqual(onnx);
  expect(over.fit).toBe(true);
});

it.each([
  ['a renewed model', JSON.stringify(shipped), 'another'],
  ['a damaged manifest', '{"files":', 'base'],
])('lets %s through as it is', async (_what, manifest, base) => {
  served['x/manifest.json'] = manifest;
  const over = files(base);
  expect(await new Response((await over.fetch('x/manifest.json', {})).body).text()).toBe(manifest);
  expect(await new Response((await over.fetch('x/m.onnx', {})).body).text()).toBe('the shipped');
  expect(over.fit).toBe(false);
  expect((await over.fetch('x/none', {})).status).toBe(404);
});
