/** Chooses the variant of a kernel binary by what the runtime compiles, reads it and starts it. */
import { RivuletError } from '@rivulet/core';
import { hasRelaxedSimd } from './hasRelaxedSimd.ts';
import { readBinary } from './readBinary.ts';

export interface Instance<E> {
  readonly variant: 'plain' | 'relaxed';
  readonly exports: E;
}

/** @param urls where each variant lies */
export async function instantiate<E>(
  urls: Readonly<Record<'plain' | 'relaxed', URL>>,
  wanted: 'auto' | 'plain' | 'relaxed' = 'auto',
): Promise<Instance<E>> {
  if (wanted === 'relaxed' && !hasRelaxedSimd()) {
    throw new RivuletError('ENGINE_UNAVAILABLE', 'this runtime has no relaxed SIMD', { variant: wanted });
  }
  const variant = wanted === 'auto' ? (hasRelaxedSimd() ? 'relaxed' : 'plain') : wanted;
  const bytes = await readBinary(urls[variant]);
  const imports = {
    env: {
      abort(_message: number, _file: number, line: number, column: number) {
        throw new RivuletError('INTERNAL', `kernel aborted at ${line}:${column}`, { line, column });
      },
    },
  };
  try {
    const { instance } = await WebAssembly.instantiate(bytes, imports);
    return { variant, exports: instance.exports as E };
  } catch (cause) {
    throw new RivuletError(
      'ENGINE_UNAVAILABLE',
      `the ${variant} kernels did not compile`,
      { variant },
      cause,
    );
  }
}
