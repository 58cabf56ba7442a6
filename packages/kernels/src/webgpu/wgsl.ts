/** The WGSL of all kernels: read once, however many models run on it. */
import { readBinary } from '../binary/readBinary.ts';

const URL_OF_WGSL = new URL('../../build/webgpu.wgsl', import.meta.url);

let text: Promise<string> | undefined;

/** A failure is forgotten: the next call reads again. @throws ENGINE_UNAVAILABLE */
export function wgsl(): Promise<string> {
  text ??= readBinary(URL_OF_WGSL).then(
    (bytes) => new TextDecoder().decode(bytes),
    (error) => {
      text = undefined;
      throw error;
    },
  );
  return text;
}
