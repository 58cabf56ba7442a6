import { describe, expect, it } from 'vitest';
import { Machine } from './machine.ts';
import type { TrainExports } from './trainExports.ts';

/** The arena needs no kernel, only a memory; the limit makes its end reachable. */
function machine(maximum?: number): Machine {
  const memory = new WebAssembly.Memory({ initial: 1, ...(maximum ? { maximum } : {}) });
  const heapBase = new WebAssembly.Global({ value: 'i32' }, 1028);
  return new Machine({ memory, heapBase } as unknown as TrainExports);
}

describe('Machine', () => {
  it('allocates zeroed, aligned places one above the other', () => {
    const m = machine();
    const a = m.alloc(3);
    const b = m.alloc(1);
    expect([a % 16, b]).toEqual([0, a + 16]);
    expect(a).toBeGreaterThanOrEqual(1028);
    m.f32(a, 8).fill(5);
    m.release(a);
    expect([...m.f32(m.alloc(8), 8)]).toEqual(new Array(8).fill(0));
  });

  it('grows, and keeps what was written', () => {
    const m = machine();
    const a = m.alloc(2);
    m.f32(a, 2).set([1, 2]);
    m.alloc(1_000_000);
    expect([...m.f32(a, 2)]).toEqual([1, 2]);
  });

  it('lends scratch without taking room', () => {
    const m = machine();
    const top = m.mark();
    const { a, b } = m.scratch({ a: 5, b: 100_000 });
    expect([a, b, m.mark()]).toEqual([top, top + 32, top]);
    m.f32(b, 100_000).fill(1);
  });

  it('names the bytes when there are no more', () => {
    const m = machine(32);
    expect(() => m.alloc(1e6)).toThrowError(
      expect.objectContaining({ code: 'OUT_OF_MEMORY', details: { needed: 4001040, have: 65536 } }),
    );
    expect(() => m.alloc(2 ** 31)).toThrowError(expect.objectContaining({ code: 'OUT_OF_MEMORY' }));
    expect(m.f32(m.alloc(4), 4), 'still usable').toHaveLength(4);
  });

  it('refuses to release above its top', () => {
    const m = machine();
    const mark = m.mark();
    expect(() => m.release(mark + 16)).toThrowError(expect.objectContaining({ code: 'ARGUMENT' }));
    expect(() => m.release(Number.NaN)).toThrowError(expect.objectContaining({ code: 'ARGUMENT' }));
  });
});
