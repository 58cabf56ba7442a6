/** A host in this very process, for Node: same client, same services, no border. */
import type { ReadBytes } from '../load/readBytes.ts';
import type { Connection } from './api.ts';
import { createHost } from './host.ts';

export function localConnection(read: ReadBytes): Connection {
  return { api: createHost(read), callback: (f) => f, onDeath: () => {}, end: () => {} };
}
