/** The bytes of an ONNX file as a model. Field numbers are onnx.proto's; fields not known here are skipped. */

import { RivuletError } from '../errors.ts';
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from './onnxModel.ts';
import { onnxTypeOf } from './onnxType.ts';
import { ProtoReader } from './protoReader.ts';
import { readNode } from './readNode.ts';
import { readTensor } from './readTensor.ts';

/**
 * Reads within `bytes` only, in time and memory linear in their number, whatever they hold.
 * @param bytes the whole file; tensors are views into it where aligned, so keep it unchanged
 * @throws RivuletError ONNX_PARSE with details.offset for what is no ONNX file; ONNX_UNSUPPORTED for one that
 *   this reader does not cover (data in other files, element types outside OnnxType, sparse initializers,
 *   inputs and outputs that are no tensors) and another runtime may
 */
export function readOnnx(bytes: Uint8Array): OnnxModel {
  // A Node Buffer is a Uint8Array whose views behave differently (its slice does not copy).
  const reader = new ProtoReader(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  let irVersion = 0;
  let producer: string | undefined;
  let graph: OnnxGraph | undefined;
  let opset: number | undefined;
  const domains: [string, number][] = [];
  const metadata: [string, string][] = [];
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) irVersion = reader.int();
    else if (field === 2) producer = reader.string();
    else if (field === 7) graph = readGraph(reader.message());
    else if (field === 8) {
      const { domain, version } = readOpset(reader.message());
      if (domain === '' || domain === 'ai.onnx') opset = version;
      else domains.push([domain, version]);
    } else if (field === 14) metadata.push(readEntry(reader.message()));
    else reader.skip();
  }
  if (graph === undefined) throw missing('graph', bytes.length);
  if (opset === undefined) throw missing('version of the default operator set', bytes.length);
  return {
    irVersion,
    opset,
    ...(domains.length > 0 && { domains: Object.fromEntries(domains) }),
    ...(producer !== undefined && { producer }),
    graph,
    ...(metadata.length > 0 && { metadata: Object.fromEntries(metadata) }),
  };
}

function missing(what: string, offset: number): RivuletError {
  return new RivuletError('ONNX_PARSE', `not an ONNX file: no ${what} in ${offset} bytes`, {
    offset,
    what: `no ${what}`,
  });
}

function readGraph(reader: ProtoReader): OnnxGraph {
  let name = '';
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) nodes.push(readNode(reader.message()));
    else if (field === 2) name = reader.string();
    else if (field === 5) initializers.push(readTensor(reader.message()));
    else if (field === 11) inputs.push(readValue(reader.message()));
    else if (field === 12) outputs.push(readValue(reader.message()));
    else if (field === 15) {
      throw new RivuletError('ONNX_UNSUPPORTED', 'sparse initializers are not read', {
        offset: reader.offset,
      });
    } else reader.skip();
  }
  return { name, nodes, initializers, inputs, outputs };
}

function readValue(reader: ProtoReader): OnnxValue {
  const start = reader.position;
  let name = '';
  let id: number | undefined;
  let shape: (number | string)[] | undefined;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) name = reader.string();
    else if (field === 2) {
      const type = reader.message();
      for (let kind = type.next(); kind !== 0; kind = type.next()) {
        if (kind !== 1) {
          type.skip();
          continue;
        }
        const tensor = type.message();
        id = 0;
        for (let part = tensor.next(); part !== 0; part = tensor.next()) {
          if (part === 1) id = tensor.int();
          else if (part === 2) shape = readShape(tensor.message());
          else tensor.skip();
        }
      }
    } else reader.skip();
  }
  const type = id === undefined ? undefined : onnxTypeOf(id);
  if (type === undefined) {
    throw new RivuletError(
      'ONNX_UNSUPPORTED',
      `${name} is ${id === undefined ? 'no tensor' : `a tensor of element type ${id}`}`,
      { value: name, elementType: id, offset: start },
    );
  }
  return { name, type, shape: shape ?? [], ...(shape === undefined && { unranked: true as const }) };
}

function readShape(reader: ProtoReader): (number | string)[] {
  const shape: (number | string)[] = [];
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field !== 1) {
      reader.skip();
      continue;
    }
    const inner = reader.message();
    let dimension: number | string = '';
    for (let part = inner.next(); part !== 0; part = inner.next()) {
      if (part === 1) dimension = inner.int();
      else if (part === 2) dimension = inner.string();
      else inner.skip();
    }
    shape.push(dimension);
  }
  return shape;
}

function readOpset(reader: ProtoReader): { domain: string; version: number } {
  let domain = '';
  let version = 0;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) domain = reader.string();
    else if (field === 2) version = reader.int();
    else reader.skip();
  }
  return { domain, version };
}

function readEntry(reader: ProtoReader): [string, string] {
  let key = '';
  let value = '';
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) key = reader.string();
    else if (field === 2) value = reader.string();
    else reader.skip();
  }
  return [key, value];
}
