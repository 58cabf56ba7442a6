/** A host without models, which gives back what it gets: what is left is the border. */
import type { HostApi } from '../../../packages/inference/src/worker/api.ts';
import { type ServedRings, serveRings } from '../../../packages/inference/src/worker/ring/serveRings.ts';

export function echoHost(): Pick<HostApi, 'call' | 'attachRings' | 'collect'> {
  let rings: ServedRings | undefined;
  return {
    call: async (_ticket, _handle, _method, [value]) => ({ value }),
    async attachRings(there, back) {
      rings = serveRings(there, back, {
        direct: (_handle, _method, [value]) => value,
        call: async (_handle, _method, [value]) => ({ value }),
      });
      return true;
    },
    collect: async (number) => rings!.collect(number),
  };
}
