/** Where the inference kernels come from in Node: from beside this package, or out of a published bundle. */
import { compileBinary } from '../binary/compileBinary.ts';
import type { Variant } from './variant.ts';

/** Each as `compileBinary` does it, and throws. */
export const INFER_BINARIES: Readonly<Record<Variant, () => Promise<WebAssembly.Module>>> = {
  plain: () => compileBinary(new URL('../../build/infer.plain.wasm', import.meta.url)),
  relaxed: () => compileBinary(new URL('../../build/infer.relaxed.wasm', import.meta.url)),
};
