/** Memory of a machine: it grows without losing anything, and says when it cannot. */
import { RivuletError } from '@rivulet/core';
import { expect, it } from 'vitest';
import { createInferMachine, packMatrix } from '../infer.ts';

it('keeps what was uploaded when it grows, and its views see all of the memory', async () => {
  const machine = await createInferMachine();
  const before = machine.f32;
  const at = machine.upload(Float32Array.of(1, 2, 3));
  machine.reserve(10 * machine.u8.length);
  expect(machine.f32).not.toBe(before);
  expect(machine.f32.byteLength).toBe(machine.wasm.memory.buffer.byteLength);
  expect([...machine.f32.slice(at >> 2, (at >> 2) + 4)]).toEqual([1, 2, 3, 0]);
});

it.each([2 ** 31 - 1, 2 ** 32 + 64, 2 ** 45, Number.POSITIVE_INFINITY])(
  'refuses %d bytes and stays usable',
  async (bytes) => {
    const machine = await createInferMachine();
    const held = machine.u8.length;
    for (const ask of [() => machine.reserve(bytes), () => machine.alloc(bytes)]) {
      let error: unknown;
      try {
        ask();
      } catch (caught) {
        error = caught;
      }
      expect(error).toBeInstanceOf(RivuletError);
      expect(error).toMatchObject({ code: 'OUT_OF_MEMORY', details: { heldBytes: held } });
    }
    expect(machine.u8.length).toBe(held);
    expect(machine.alloc(16)).toBeLessThan(held);
  },
);

it('refuses a matrix whose packed bytes 32 bits do not count', async () => {
  const machine = await createInferMachine();
  // One column of 2^27 floats is eight columns when packed: 2^32 bytes.
  const source = { data: new Float32Array(0), outputs: 1, inputs: 2 ** 27 };
  expect(() => packMatrix(machine, source)).toThrow(
    expect.objectContaining({ code: 'OUT_OF_MEMORY' }) as Error,
  );
});
