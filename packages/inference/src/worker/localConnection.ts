/** A host in this very process, for Node: same client, same services, no border. */
import type { ReadBytes } from '../load/readBytes.ts';
import type { Connection } from './api.ts';
import { createHost } from './host.ts';

export function localConnection(read: ReadBytes): Connection {
  const host = createHost({ read });
  return { api: host, direct: host.direct, callback: (f) => f, onDeath: () => {}, end: () => {} };
}
