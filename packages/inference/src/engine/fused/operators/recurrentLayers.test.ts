import { createInferMachine, packRecurrent } from '@rivulet/kernels/infer';
import { expect, it } from 'vitest';
import { Binder } from '../binder.ts';
import { Workspace } from '../workspace.ts';
import { bindLayers } from './recurrentLayers.ts';

const [T, batch, input, hidden] = [200, 2, 8, 48];

/** Bytes of workspace of a GRU over T steps. */
async function workspaceOf(direction: 'forward' | 'bidirectional'): Promise<number> {
  const machine = await createInferMachine();
  const dirs = direction === 'forward' ? 1 : 2;
  const layers = Array.from({ length: dirs }, () =>
    packRecurrent(machine, {
      ...{ cell: 'gru', input, hidden },
      w: { data: new Float32Array(3 * hidden * input) },
      r: { data: new Float32Array(3 * hidden * hidden) },
    }),
  );
  const workspace = new Workspace(machine.workspace);
  const binder = new Binder(machine, workspace);
  const attributes = { direction: { kind: 'string', value: direction } } as const;
  const node = { op: 'GRU', inputs: ['x'], outputs: ['y'], attributes };
  bindLayers({ node, ...node }, layers, binder, [binder.make([T, batch, input])]);
  return workspace.bytes;
}

it('both directions of a layer run in the same scratch', async () => {
  const more = (await workspaceOf('bidirectional')) - (await workspaceOf('forward'));
  const output = T * batch * hidden * 4;
  // Its half of the output, and a description of its own.
  expect(more).toBeGreaterThanOrEqual(output);
  expect(more).toBeLessThan(output + 256);
});
