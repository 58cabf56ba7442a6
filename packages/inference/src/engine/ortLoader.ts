/**
 * How this build gets at onnxruntime-web, if at all. Node and `@rivulet/inference/ort` provide it; an app that
 * never needs it does not, and its bundle then has neither the module nor the 14 MB of WebAssembly.
 */
import type * as Ort from 'onnxruntime-web/wasm';

export type OrtLoader = () => Promise<typeof Ort>;

let loader: OrtLoader | undefined;

export function provideOrt(load: OrtLoader): void {
  loader = load;
}

export function ortLoader(): OrtLoader | undefined {
  return loader;
}
