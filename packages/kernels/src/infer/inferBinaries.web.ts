/**
 * Where the inference kernels come from on the web. A worker that starts has nothing to wait for but its script: the
 * kernels that nearly every browser takes are in it. As a file of their own they cost the first result a tenth of its
 * time, in processes that are as busy then as the worker, though they were fetched and compiled beside it.
 */
import { inferRelaxed } from '../../build/infer.relaxed.ts';
import { bytesOfBase64 } from '../binary/bytesOfBase64.ts';
import type { Variant } from './variant.ts';

/** @throws WebAssembly.CompileError where a content security policy forbids it; `plain` as `compileBinary` does */
export const INFER_BINARIES: Readonly<Record<Variant, () => Promise<WebAssembly.Module>>> = {
  async plain() {
    const { compileBinary } = await import('../binary/compileBinary.ts');
    return compileBinary(new URL('../../build/infer.plain.wasm', import.meta.url));
  },
  // At once: V8 leaves the functions for their first call, and another thread would take longer to answer.
  relaxed: async () => new WebAssembly.Module(bytesOfBase64(inferRelaxed)),
};
