/** Where the inference binaries lie. */
export type Variant = 'plain' | 'relaxed';

export const INFER_URLS: Readonly<Record<Variant, URL>> = {
  plain: new URL('../../build/infer.plain.wasm', import.meta.url),
  relaxed: new URL('../../build/infer.relaxed.wasm', import.meta.url),
};
