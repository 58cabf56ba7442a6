/**
 * Loads, runs and disposes a model, the file that is named or one of its own; prints after each what the collector could
 * not take. Run with --expose-gc.
 */
import { readFileSync } from 'node:fs';
import { attr, type OnnxModel, type RivuletError, writeOnnx } from '@rivulet/core';
import { naiveNetwork } from '../../testing/naiveForecaster.ts';
import { createSession } from '../createSession.ts';

const { Instance } = WebAssembly;
let machine: WeakRef<object> | undefined;
let file: WeakRef<object> | undefined;
// A function called by `new` may return another object.
WebAssembly.Instance = function instantiate(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
  const instance = new Instance(module, imports);
  machine = new WeakRef(instance.exports);
  return instance;
} as unknown as typeof Instance;

/** With zeros of a type whose tensors are views of the file, made before each run. */
function withZeros({ graph, ...model }: OnnxModel): OnnxModel {
  const { name } = graph.inputs[0]!;
  const value = attr.tensor({ name: '', shape: [1], type: 'int8', data: Int8Array.of(0) });
  const node = (op: string, inputs: string[], outputs: string[], attributes = {}) => {
    return { op, inputs, outputs, attributes };
  };
  const nodes = [
    node('Shape', [name], ['sizes']),
    node('ConstantOfShape', ['sizes'], ['bytes'], { value }),
    node('Cast', ['bytes'], ['zeros'], { to: attr.int(1) }),
    node('Add', [name, 'zeros'], ['same']),
  ];
  const outputs = [...graph.outputs, { name: 'same', type: 'float32' as const, shape: ['', '', ''] }];
  return { ...model, graph: { ...graph, nodes: [...graph.nodes, ...nodes], outputs } };
}

function open() {
  const [, , path] = process.argv;
  const bytes = path ? Uint8Array.from(readFileSync(path)) : writeOnnx(withZeros(naiveNetwork()));
  file = new WeakRef(bytes.buffer);
  return createSession(bytes, { engine: 'fused' });
}

async function held() {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    globalThis.gc!();
  }
  return { file: file?.deref() !== undefined, machine: machine?.deref() !== undefined };
}

const session = await open();
const feeds = Object.fromEntries(
  session.inputs.map(({ name, shape }) => {
    const sizes = shape.map((n) => (typeof n === 'number' && n >= 0 ? n : 16));
    const size = sizes.reduce((a, b) => a * b, 1);
    return [name, { data: new Float32Array(size), shape: sizes }];
  }),
);
await session.run(feeds);
const loaded = await held();
await session.run(feeds);
await session.dispose();
await session.dispose();
const disposed = await held();
const code = await session.run(feeds).catch((error: RivuletError) => error.code);
console.log(JSON.stringify({ loaded, disposed: { ...disposed, code } }));
