/** The compiled inference binary: read and compiled once a variant, however many models run on it. */
import { RivuletError, shown } from '@rivulet/core';
import { INFER_BINARIES } from '#inferBinaries';
import { hasRelaxedSimd } from '../binary/hasRelaxedSimd.ts';
import { VARIANTS, type Variant } from './variant.ts';

const modules = new Map<Variant, Promise<WebAssembly.Module>>();

/**
 * `auto` takes relaxed SIMD wherever it compiles: that binary has all the kernels of the plain one, so that a page
 * fetches one whatever its models are. It never asks a clock, so a machine always answers the same.
 */
export function chooseVariant(wanted: Variant | 'auto'): Variant {
  if (wanted === 'auto') return hasRelaxedSimd() ? 'relaxed' : 'plain';
  if (!VARIANTS.includes(wanted)) {
    throw new RivuletError('ARGUMENT', `variant must be auto, plain or relaxed, got ${shown(wanted)}`, {
      variant: wanted,
    });
  }
  if (wanted === 'relaxed' && !hasRelaxedSimd()) {
    throw new RivuletError('ENGINE_UNAVAILABLE', 'this runtime has no relaxed SIMD', { variant: wanted });
  }
  return wanted;
}

/** A failure is forgotten: the next call reads again. */
export function inferModule(variant: Variant): Promise<WebAssembly.Module> {
  let module = modules.get(variant);
  if (!module) {
    module = compile(variant);
    modules.set(variant, module);
    module.catch(() => modules.delete(variant));
  }
  return module;
}

async function compile(variant: Variant): Promise<WebAssembly.Module> {
  try {
    return await INFER_BINARIES[variant]();
  } catch (cause) {
    if (cause instanceof RivuletError) throw cause;
    throw new RivuletError(
      'ENGINE_UNAVAILABLE',
      `the ${variant} kernels did not compile`,
      { variant },
      cause,
    );
  }
}
