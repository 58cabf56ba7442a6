/** What a session holds, seen by a garbage collector that can be called: in a process of its own. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('gives back every byte of models that were loaded and disposed, or whose load was aborted or failed', () => {
  const script = fileURLToPath(new URL('./testing/heldCycles.ts', import.meta.url));
  const said = execFileSync(process.execPath, ['--expose-gc', script], { encoding: 'utf8' });
  const { made, before, after } = JSON.parse(said);
  expect(made).toBeGreaterThan(200);
  expect(before).toBeGreaterThan(0);
  expect(after).toBe(before);
});

it.each([
  ['zeros of a shape', []],
  ['branches', ['../../../../test/fixtures/torch/squeezed-opset17.onnx']],
  ['convolutions', ['../../../../test/fixtures/torch/conv-gru.onnx']],
  ['attention', ['../../../../test/fixtures/torch/layer-norm-lstm.onnx']],
])(
  'lets go of a file with %s when loaded, and of its memory when disposed, though somebody still holds it',
  (_what, files) => {
    const script = fileURLToPath(new URL('./testing/heldMemory.ts', import.meta.url));
    const paths = files.map((path) => fileURLToPath(new URL(path, import.meta.url)));
    const said = execFileSync(process.execPath, ['--expose-gc', script, ...paths], { encoding: 'utf8' });
    expect(JSON.parse(said)).toEqual({
      loaded: { file: false, machine: true },
      disposed: { file: false, machine: false, code: 'DISPOSED' },
    });
  },
);
