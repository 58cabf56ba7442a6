/**
 * What exporters compute from shapes before a tensor is reshaped or a zero state made: settled while the graph is
 * bound, at no cost when it runs.
 */
import { attributeOf, RivuletError } from '@rivulet/core';
import { hostValue, widened } from '../constants.ts';
import type { Operator, Settle } from '../operator.ts';
import { roomFor } from '../roomFor.ts';
import { count, type HostValue, isDouble, numbersOf } from '../value.ts';

const list = (values: readonly number[], shape = [values.length]): readonly HostValue[] => [
  { place: 'host', type: 'int32', shape, data: values },
];

/** Operators that only exist before running. */
const settled = (settle: Settle): Operator<unknown, unknown> => ({
  settle,
  refuses: ({ inputs }, { isHost }) =>
    inputs.every((name) => name === '' || isHost(name)) ? undefined : 'a shape that depends on data',
  prepare: ({ node }) => {
    throw new RivuletError('INTERNAL', `${node.op} is settled before running`, { op: node.op });
  },
});

export const shape: Operator<unknown, unknown> = {
  ...settled((node, [x]) => {
    const { shape } = x!;
    const start = attributeOf(node, 'start', 'int', 0);
    return list(shape.slice(start, attributeOf(node, 'end', 'int', shape.length)));
  }),
  refuses: () => undefined,
  shapeOnly: true,
};

export const size: Operator<unknown, unknown> = {
  ...settled((_node, [x]) => list([count(x!.shape)], [])),
  refuses: () => undefined,
  shapeOnly: true,
};

export const constantOfShape = settled((node, [wanted]) => {
  const { value } = node.attributes;
  const fill =
    value?.kind === 'tensor' ? hostValue({ kind: 'plain', tensor: widened(value.value) }) : undefined;
  const made = roomFor(node.op, numbersOf(wanted)!, fill?.type ?? 'float32', isDouble(fill));
  made.data.fill(fill?.data[0] ?? 0);
  return [made];
});

const rangeOf = settled(({ op }, inputs) => {
  const [start = 0, limit = 0, delta = 1] = inputs.map((value) => numbersOf(value)![0]!);
  const [first] = inputs;
  const places = Math.max(0, Math.ceil((limit - start) / delta));
  const made = roomFor(op, [places], first!.type, isDouble(first));
  for (let i = 0; i < made.data.length; i++) made.data[i] = start + i * delta;
  return [made];
});

export const range: Operator<unknown, unknown> = { ...rangeOf, needs: 3 };
