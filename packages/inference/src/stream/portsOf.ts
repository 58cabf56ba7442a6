/** How the inputs and outputs of a graph carry time and batch, once it is known where these run. */
import type { ValueInfo } from '../engine/engine.ts';
import { dimensionKey } from '../engine/feeds.ts';
import type { FusedGraph } from '../engine/fused/fusedSession.ts';
import { count } from '../engine/fused/value.ts';
import type { Dimensions } from './findDimensions.ts';
import type { Followed } from './stepRules.ts';
import type { Layout, StreamPort } from './streamProgram.ts';

/** @param inputs those that each push brings */
export function portsOf(
  whole: FusedGraph,
  found: Dimensions,
  inputs: readonly ValueInfo[],
): { readonly inputs: readonly StreamPort[]; readonly outputs: readonly StreamPort[] } {
  const port = (info: ValueInfo): StreamPort => ({
    name: info.name,
    shape: info.shape.map((n, axis) => {
      const key = dimensionKey(info, axis);
      return key === undefined ? (n as number) : key === found.time ? 'T' : key === found.batch ? 'B' : -1;
    }),
    layout: layoutOf(
      count(found.values.get(info.name)!.shape),
      found.timeAt.get(info.name),
      found.batchAt.get(info.name),
    ),
  });
  const outputs = whole.outputs.map((name) => port({ name, type: 'float32', shape: [] }));
  return { inputs: inputs.map(port), outputs };
}

/** @param total elements of the value where the two dimensions were followed */
function layoutOf(total: number, time: Followed, batch: Followed): Layout {
  const B = typeof batch === 'object' ? batch : { stride: 1, size: 1 };
  if (typeof time !== 'object') {
    return { before: total / (B.stride * B.size), timeFirst: true, between: 1, last: true };
  }
  if (typeof batch !== 'object') {
    return { before: total / (time.stride * time.size), timeFirst: true, between: 1 };
  }
  const timeFirst = time.stride > B.stride;
  const [outer, inner] = timeFirst ? [time, B] : [B, time];
  return {
    before: total / (outer.stride * outer.size),
    timeFirst,
    between: outer.stride / (inner.stride * inner.size),
  };
}
