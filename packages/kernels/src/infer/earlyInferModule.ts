/** The kernels for a thread that is still starting, begun by the one that starts it: a compiled module may cross. */
import { compileBinary } from '../binary/compileBinary.ts';
import { hasRelaxedSimd } from '../binary/hasRelaxedSimd.ts';
import { INFER_URLS, type Variant } from './inferUrls.ts';

export interface EarlyInferModule {
  readonly variant: Variant;
  readonly module: WebAssembly.Module;
}

/**
 * @returns the binary that `auto` takes, compiled while it arrives; undefined where that does not work: the thread
 *   then reads by itself, and reports what is wrong
 */
export async function earlyInferModule(): Promise<EarlyInferModule | undefined> {
  try {
    const variant = hasRelaxedSimd() ? 'relaxed' : 'plain';
    const url = INFER_URLS[variant];
    // What a bundle carries in itself is in the thread's own.
    if (!/^https?:$/.test(url.protocol)) return undefined;
    return { variant, module: await compileBinary(url) };
  } catch {
    return undefined;
  }
}
