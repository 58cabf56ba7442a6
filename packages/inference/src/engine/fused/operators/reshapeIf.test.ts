/** An If that PyTorch wrote for `squeeze`, and others that look like it: those are refused, and never guessed. */
import { readFileSync } from 'node:fs';
import {
  type OnnxAttribute,
  type OnnxModel,
  type OnnxNode,
  readOnnx,
  readSubgraph,
  writeOnnx,
} from '@rivulet/core';
import { expect, it } from 'vitest';
import { failure } from '../../../testing/failure.ts';
import { createSession } from '../../createSession.ts';
import { GPU_OPERATORS } from '../../webgpu/operators/gpuOperators.ts';
import { isRefusal, planGraph } from '../planGraph.ts';
import { withReshapeIfs } from './reshapeIf.ts';

const file = new URL('../../../../../../test/fixtures/torch/squeezed-opset17.onnx', import.meta.url);
const model = readOnnx(readFileSync(file));
const ifs = model.graph.nodes.filter(({ op }) => op === 'If');

/** The model with its first If changed. */
function changed(change: (node: OnnxNode) => Partial<OnnxNode>): OnnxModel {
  const nodes = model.graph.nodes.map((node) => (node === ifs[0] ? { ...node, ...change(node) } : node));
  return { ...model, graph: { ...model.graph, nodes } };
}

const withBranch = (then_branch: OnnxAttribute): OnnxModel =>
  changed(({ attributes }) => ({ attributes: { ...attributes, then_branch } }));

const open = (of: OnnxModel) => createSession(writeOnnx(of), { engine: 'fused' });

it('is in the file, more than once, and its branches can be read', () => {
  expect(ifs.length).toBeGreaterThan(1);
  const branches = Object.values(ifs[0]!.attributes).map(readSubgraph);
  expect(branches.map((branch) => branch!.nodes.at(-1)!.op).sort()).toEqual(['Identity', 'Squeeze']);
  for (const branch of branches) expect(branch!.outputs).toHaveLength(1);
});

it('is planned for the GPU as well', () => {
  expect(isRefusal(planGraph(withReshapeIfs(model), GPU_OPERATORS))).toBe(false);
});

it('whose condition depends on data is refused', async () => {
  const truth = { op: 'IsNaN', inputs: ['x'], outputs: ['truth'], attributes: {} };
  const other = changed(() => ({ inputs: ['truth'] }));
  const nodes = [truth, ...other.graph.nodes];
  const refused = {
    code: 'ONNX_UNSUPPORTED',
    details: { op: 'If', why: 'a condition that depends on data' },
  };
  expect(await failure(open({ ...other, graph: { ...other.graph, nodes } }))).toMatchObject(refused);
});

it('whose branches give different values is refused', async () => {
  const { else_branch } = ifs[1]!.attributes;
  const refused = { code: 'ONNX_UNSUPPORTED', details: { op: 'If', why: 'not covered' } };
  const other = changed(({ attributes }) => ({ attributes: { ...attributes, else_branch: else_branch! } }));
  expect(await failure(open(other))).toMatchObject(refused);
});

it('without a branch, or with one that is no graph, is refused', async () => {
  const refused = { code: 'ONNX_UNSUPPORTED', details: { op: 'If', why: 'not covered' } };
  expect(await failure(open(changed(() => ({ attributes: {} }))))).toMatchObject(refused);
  expect(await failure(open(withBranch({ kind: 'int', value: 1 })))).toMatchObject(refused);
  const torn = withBranch({ kind: 'opaque', value: Uint8Array.of(0x32, 0x7f, 1) });
  expect(await failure(createSession(writeOnnx(torn)))).toMatchObject({
    code: expect.stringMatching(/^ONNX_/),
  });
});
