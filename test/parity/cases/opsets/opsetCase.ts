/**
 * What an operator does at each version of the operator set. A row builds its nodes for an opset, so that what moved
 * from an attribute to an input stands where that version has it; all rows of one opset make one graph.
 */
import type { OnnxModel, OnnxNode, OnnxTensor } from '@rivulet/core';
import type { AnyTensor } from '@rivulet/inference/node';
import { type Case, feedsOf, ints, modelOf } from '../../operatorCase.ts';

/** The versions of the default operator set that the engine takes. */
export const [FIRST, LAST] = [7, 25];

export interface OpsetCase {
  readonly op: string;
  /** What it is about, where an operator has several. */
  readonly about?: string;
  /** The first version that has the operator, or this form of it. */
  readonly since: number;
  /** The last one that has this form. */
  readonly until?: number;
  readonly build: (opset: number) => Omit<Case, 'name' | 'opset'>;
}

export const nameOf = ({ op, about }: OpsetCase): string => (about ? `${op}, ${about}` : op);

export const casesAt = (cases: readonly OpsetCase[], opset: number): OpsetCase[] =>
  cases.filter(({ since, until = LAST }) => since <= opset && opset <= until);

/** One graph of all of them, every name behind its case's. */
export function graphAt(
  cases: readonly OpsetCase[],
  opset: number,
): { model: OnnxModel; feeds: Record<string, AnyTensor> } {
  const parts = cases.map((kase) => {
    const built: Case = { name: nameOf(kase), opset, ...kase.build(opset) };
    return { built, model: modelOf(built).graph };
  });
  const within =
    ({ name }: Case) =>
    (value: string): string =>
      value && `${name}: ${value}`;
  const all = <T>(pick: (part: (typeof parts)[number], rename: (value: string) => string) => T[]): T[] =>
    parts.flatMap((part) => pick(part, within(part.built)));
  const named = <T extends { readonly name: string }>(
    values: readonly T[],
    rename: (v: string) => string,
  ): T[] => values.map((value) => ({ ...value, name: rename(value.name) }));
  return {
    model: {
      irVersion: 10,
      opset,
      graph: {
        name: `opset_${opset}`,
        nodes: all(({ model }, rename) =>
          model.nodes.map(
            (node): OnnxNode => ({
              ...node,
              name: rename(node.outputs[0]!),
              inputs: node.inputs.map(rename),
              outputs: node.outputs.map(rename),
            }),
          ),
        ),
        initializers: all(({ model }, rename) => named(model.initializers, rename)),
        inputs: all(({ model }, rename) => named(model.inputs, rename)).map(({ shape, ...value }) => ({
          ...value,
          shape: shape.map(() => ''),
        })),
        outputs: all(({ model }, rename) => named(model.outputs, rename)),
      },
    },
    feeds: Object.fromEntries(
      parts.flatMap(({ built }) =>
        Object.entries(feedsOf(built)).map(([name, fed]) => [within(built)(name), fed] as const),
      ),
    ),
  };
}

/** An operand that an opset has as an input, and each one before as an attribute of the same numbers. */
export function operand(
  name: string,
  values: readonly number[],
  isInput: boolean,
): {
  readonly inputs: string[];
  readonly attributes: OnnxNode['attributes'];
  readonly constants: OnnxTensor[];
} {
  return isInput
    ? { inputs: [name], attributes: {}, constants: [ints(name, values)] }
    : { inputs: [], attributes: { [name]: { kind: 'ints', value: values } }, constants: [] };
}
