/** The graph that a node carries, a branch of an If: its bytes stay as they are until somebody asks. */
import type { OnnxAttribute, OnnxGraph } from './onnxModel.ts';
import { ProtoReader } from './protoReader.ts';
import { readNode } from './readNode.ts';
import { readTensor } from './readTensor.ts';

/** What a branch computes; it may read every value of the graph around it. */
export interface Subgraph extends Pick<OnnxGraph, 'nodes' | 'initializers'> {
  /** By name; files need not say of what type. */
  readonly outputs: readonly string[];
}

/** @returns undefined for an attribute that is no graph. @throws ONNX_PARSE */
export function readSubgraph(attribute: OnnxAttribute | undefined): Subgraph | undefined {
  if (attribute?.kind !== 'opaque') return undefined;
  const reader = new ProtoReader(attribute.value);
  let graph: Subgraph | undefined;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 6) graph = read(reader.message());
    else reader.skip();
  }
  return graph;
}

function read(reader: ProtoReader): Subgraph {
  const graph = { nodes: [], initializers: [], outputs: [] } as {
    [part in keyof Subgraph]: Subgraph[part][number][];
  };
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) graph.nodes.push(readNode(reader.message()));
    else if (field === 5) graph.initializers.push(readTensor(reader.message()));
    else if (field === 12) graph.outputs.push(readName(reader.message()));
    else reader.skip();
  }
  return graph;
}

function readName(value: ProtoReader): string {
  let name = '';
  for (let field = value.next(); field !== 0; field = value.next()) {
    if (field === 1) name = value.string();
    else value.skip();
  }
  return name;
}
