/** The compiled inference binary: read and compiled once a variant, however many models run on it. */
import { RivuletError, shown } from '@rivulet/core';
import { compileBinary } from '../binary/compileBinary.ts';
import { hasRelaxedSimd } from '../binary/hasRelaxedSimd.ts';
import type { EarlyInferModule } from './earlyInferModule.ts';
import { INFER_URLS, type Variant } from './inferUrls.ts';

const modules = new Map<Variant, Promise<WebAssembly.Module>>();

/**
 * `auto` takes relaxed SIMD wherever it compiles: that binary has all the kernels of the plain one, so that a page
 * fetches one whatever its models are. It never asks a clock, so a machine always answers the same.
 */
export function chooseVariant(wanted: Variant | 'auto'): Variant {
  if (wanted === 'auto') return hasRelaxedSimd() ? 'relaxed' : 'plain';
  if (typeof wanted !== 'string' || !Object.hasOwn(INFER_URLS, wanted)) {
    throw new RivuletError('ARGUMENT', `variant must be auto, plain or relaxed, got ${shown(wanted)}`, {
      variant: wanted,
    });
  }
  if (wanted === 'relaxed' && !hasRelaxedSimd()) {
    throw new RivuletError('ENGINE_UNAVAILABLE', 'this runtime has no relaxed SIMD', { variant: wanted });
  }
  return wanted;
}

let early: Promise<EarlyInferModule | undefined> | undefined;

/** From now on the first machine of a variant waits for what another thread began, before it reads by itself. */
export function expectInferModule(coming: Promise<EarlyInferModule | undefined>): void {
  early = coming;
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
  const came = await early;
  if (came?.variant === variant) return came.module;
  try {
    return await compileBinary(INFER_URLS[variant]);
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
