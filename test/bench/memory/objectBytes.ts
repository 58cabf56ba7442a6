/**
 * What a program keeps, told from what V8 keeps for itself: a heap grows by compiled code and by what V8 has learned of
 * calls for as long as it goes on optimising, which says nothing of what is held.
 */
import { getHeapSnapshot } from 'node:v8';

/** V8's: code and its constants, feedback, caches, and nodes that stand for no object. */
const OF_V8: ReadonlySet<string> = new Set(['code', 'hidden', 'synthetic', 'object shape']);

interface Snapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[];
      readonly node_types: readonly [readonly string[]];
    };
  };
  readonly nodes: readonly number[];
}

/** @returns bytes of this process's objects, arrays, strings, closures and buffers, after a collection */
export async function objectBytes(): Promise<number> {
  const chunks: Buffer[] = [];
  for await (const chunk of getHeapSnapshot()) chunks.push(Buffer.from(chunk));
  const { snapshot, nodes }: Snapshot = JSON.parse(Buffer.concat(chunks).toString());
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [type, size] = [fields.indexOf('type'), fields.indexOf('self_size')];
  let bytes = 0;
  for (let at = 0; at < nodes.length; at += fields.length) {
    if (!OF_V8.has(types[type as 0][nodes[at + type]!]!)) bytes += nodes[at + size]!;
  }
  return bytes;
}
