/** A model as the bytes of an ONNX file that any runtime opens. Field numbers are onnx.proto's. */

import { RivuletError } from '../errors.ts';
import { sizeOf } from '../tensor.ts';
import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from './onnxModel.ts';
import { ONNX_TYPES } from './onnxType.ts';
import { ProtoWriter } from './protoWriter.ts';

/** AttributeProto.AttributeType. */
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7, strings: 8 } as const;

/**
 * The same model gives the same bytes. Tensors are written as raw_data, little-endian like every machine that
 * runs WebAssembly.
 * @throws RivuletError TENSOR_SHAPE or ARGUMENT when a tensor's data does not fit its shape or type, or an
 *   integer field is no whole number
 */
export function writeOnnx(model: OnnxModel): Uint8Array {
  const file = new ProtoWriter().int(1, model.irVersion);
  if (model.producer !== undefined) file.string(2, model.producer);
  file.message(7, (out) => {
    const { name, nodes, initializers, inputs, outputs } = model.graph;
    for (const node of nodes) out.message(1, (inner) => writeNode(inner, node));
    out.string(2, name);
    for (const tensor of initializers) out.message(5, (inner) => writeTensor(inner, tensor));
    for (const value of inputs) out.message(11, (inner) => writeValue(inner, value));
    for (const value of outputs) out.message(12, (inner) => writeValue(inner, value));
  });
  const opsets = Object.entries({ '': model.opset, ...model.domains });
  for (const [domain, version] of opsets) {
    file.message(8, (out) => out.string(1, domain).int(2, version));
  }
  for (const [key, value] of Object.entries(model.metadata ?? {})) {
    file.message(14, (out) => out.string(1, key).string(2, value));
  }
  return file.finish();
}

function writeNode(out: ProtoWriter, node: OnnxNode): void {
  for (const name of node.inputs) out.string(1, name);
  for (const name of node.outputs) out.string(2, name);
  if (node.name !== undefined) out.string(3, node.name);
  out.string(4, node.op);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    if (attribute.kind === 'opaque') out.bytes(5, attribute.value);
    else out.message(5, (inner) => writeAttribute(inner, name, attribute));
  }
  if (node.domain !== undefined) out.string(7, node.domain);
}

function writeAttribute(
  out: ProtoWriter,
  name: string,
  attribute: Exclude<OnnxAttribute, { kind: 'opaque' }>,
): void {
  out.string(1, name);
  switch (attribute.kind) {
    case 'float':
      out.float(2, attribute.value);
      break;
    case 'int':
      out.int(3, attribute.value);
      break;
    case 'string':
      out.string(4, attribute.value);
      break;
    case 'tensor':
      out.message(5, (inner) => writeTensor(inner, attribute.value));
      break;
    // Unpacked, as onnx.proto declares them (proto2); every reader takes both.
    case 'floats':
      for (const value of attribute.value) out.float(7, value);
      break;
    case 'ints':
      for (const value of attribute.value) out.int(8, value);
      break;
    case 'strings':
      for (const value of attribute.value) out.string(9, value);
      break;
  }
  out.int(20, ATTRIBUTE_TYPE[attribute.kind]);
}

function writeTensor(out: ProtoWriter, { name, shape, type, data }: OnnxTensor): void {
  const { id, array } = ONNX_TYPES[type];
  if (!(data instanceof array)) {
    throw new RivuletError('ARGUMENT', `${name}: ${type} cannot be written from ${data.constructor.name}`, {
      tensor: name,
      expected: array.name,
      got: data.constructor.name,
    });
  }
  const size = sizeOf(shape);
  if (size !== data.length) {
    throw new RivuletError(
      'TENSOR_SHAPE',
      `${name}: [${shape.join(', ')}] has ${size} elements, the data ${data.length}`,
      { tensor: name, shape: [...shape], expected: size, got: data.length },
    );
  }
  for (const dimension of shape) out.int(1, dimension);
  out.int(2, id);
  out.string(8, name);
  out.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function writeValue(out: ProtoWriter, value: OnnxValue): void {
  out.string(1, value.name);
  out.message(2, (type) =>
    type.message(1, (tensor) => {
      tensor.int(1, ONNX_TYPES[value.type].id);
      if (value.unranked) return;
      tensor.message(2, (shape) => {
        for (const dimension of value.shape) {
          shape.message(1, (inner) => {
            if (typeof dimension === 'number') inner.int(1, dimension);
            else if (dimension !== '') inner.string(2, dimension);
          });
        }
      });
    }),
  );
}
