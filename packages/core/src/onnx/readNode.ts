/** A node of an ONNX graph, by onnx.proto's field numbers. */
import { RivuletError } from '../errors.ts';
import type { OnnxAttribute, OnnxNode } from './onnxModel.ts';
import type { ProtoReader } from './protoReader.ts';
import { readTensor } from './readTensor.ts';

/** @throws ONNX_PARSE for one without an operator, or with an attribute that is not what it says */
export function readNode(reader: ProtoReader): OnnxNode {
  const start = reader.position;
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes: [string, OnnxAttribute][] = [];
  let name: string | undefined;
  let op = '';
  let domain: string | undefined;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) inputs.push(reader.string());
    else if (field === 2) outputs.push(reader.string());
    else if (field === 3) name = reader.string();
    else if (field === 4) op = reader.string();
    else if (field === 5) attributes.push(readAttribute(reader.message()));
    else if (field === 7) domain = reader.string();
    else reader.skip();
  }
  if (op === '') {
    throw new RivuletError('ONNX_PARSE', `node ${name ?? ''} at byte ${start} has no operator`, {
      offset: start,
      node: name ?? '',
    });
  }
  return {
    op,
    ...(name !== undefined && { name }),
    ...(domain !== undefined && { domain }),
    inputs,
    outputs,
    attributes: Object.fromEntries(attributes),
  };
}

/** AttributeProto.AttributeType of those that are read; files from before the field have 0. */
const KIND_OF = new Map([
  [1, 'float'],
  [2, 'int'],
  [3, 'string'],
  [4, 'tensor'],
  [6, 'floats'],
  [7, 'ints'],
  [8, 'strings'],
] as const);

function readAttribute(reader: ProtoReader): [string, OnnxAttribute] {
  let name = '';
  let type = 0;
  let single: OnnxAttribute | undefined;
  const floats: number[] = [];
  const ints: number[] = [];
  const strings: string[] = [];
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) name = reader.string();
    else if (field === 2) single = { kind: 'float', value: reader.float() };
    else if (field === 3) single = { kind: 'int', value: reader.int() };
    else if (field === 4) single = { kind: 'string', value: reader.string() };
    else if (field === 5) single = { kind: 'tensor', value: readTensor(reader.message()) };
    else if (field === 7) reader.floats(floats);
    else if (field === 8) reader.ints(ints);
    else if (field === 9) strings.push(reader.string());
    else if (field === 20) type = reader.int();
    else reader.skip();
  }
  const kind =
    KIND_OF.get(type as 1) ??
    (type === 0
      ? (single?.kind ??
        (floats.length ? 'floats' : ints.length ? 'ints' : strings.length ? 'strings' : 'opaque'))
      : 'opaque');
  if (kind === 'floats') return [name, { kind, value: floats }];
  if (kind === 'ints') return [name, { kind, value: ints }];
  if (kind === 'strings') return [name, { kind, value: strings }];
  if (kind === 'opaque') return [name, { kind, value: reader.whole }];
  if (single?.kind === kind) return [name, single];
  // proto3 writers leave a zero or empty value out.
  if (single === undefined && (kind === 'int' || kind === 'float')) return [name, { kind, value: 0 }];
  if (single === undefined && kind === 'string') return [name, { kind, value: '' }];
  throw reader.error(`attribute ${name} says it is ${kind} and holds ${single?.kind ?? 'nothing'}`);
}
