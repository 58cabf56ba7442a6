/** What of a graph its outputs need. Streams look at nothing else, and pass over what else is fed, as a run does. */
import type { AnyTensor, ValueInfo } from '../engine/engine.ts';
import { checkFeeds } from '../engine/feeds.ts';
import type { FusedGraph, GraphHost } from '../engine/fused/fusedSession.ts';
import { pruned } from './cutStates.ts';

export interface ReadGraph {
  readonly graph: FusedGraph;
  /** Inputs that a run takes and no output depends on. */
  readonly unread: readonly ValueInfo[];
}

type Feeds = Readonly<Record<string, AnyTensor>>;

/** @throws DISPOSED */
export function readGraph(host: GraphHost): ReadGraph {
  const whole = host.whole();
  const graph = pruned(whole, whole.outputs);
  // The one that runs use keeps what they have bound.
  if (graph.nodes.length === whole.nodes.length && graph.inputs.length === whole.inputs.length) {
    return { graph: whole, unread: [] };
  }
  return { graph, unread: whole.inputs.filter((input) => !graph.inputs.includes(input)) };
}

/** @throws ARGUMENT, TENSOR_SHAPE for one of the unread that a run would refuse; it may be left out */
export function withoutUnread(feeds: Feeds, unread: readonly ValueInfo[]): Feeds {
  const fed = unread.filter(({ name }) => feeds && Object.hasOwn(feeds, name));
  if (fed.length === 0) return feeds;
  const read = { ...feeds };
  for (const input of fed) {
    checkFeeds([input], { [input.name]: feeds[input.name]! });
    delete read[input.name];
  }
  return read;
}
