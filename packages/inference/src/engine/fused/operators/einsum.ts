/** Einsum: products summed over named dimensions, of any number of tensors. */
import { attributeOf, RivuletError } from '@rivulet/core';
import { type Compute, computed } from '../computed.ts';
import type { Operator } from '../operator.ts';
import { shapeError, spreadStrides } from '../value.ts';
import { walk } from '../walk.ts';
import { equationOf, namedEquation, REST } from './equation.ts';

const compute: Compute = (node, inputs) => {
  const { terms, result } = namedEquation(node, inputs);
  const sizes = new Map<string, number>();
  inputs.forEach((value, i) => {
    const [term = '', { shape }] = [terms[i], value!];
    if (term.length !== shape.length) throw shapeError(node.op, `"${term}" must be its dimensions`, shape);
    [...term].forEach((name, d) => {
      const n = sizes.get(name) ?? shape[d]!;
      // One broadcasts to any other, as in NumPy, but a diagonal is as long as it is wide.
      const spreads = n === shape[d] || n === 1 || shape[d] === 1;
      const square = shape[term.indexOf(name)] === shape[d];
      if (!spreads || !square) throw shapeError(node.op, `${name} is ${n}`, shape);
      sizes.set(name, n === 1 ? shape[d]! : n);
    });
  });
  const summed = [...sizes.keys()].filter((name) => !result.includes(name));
  /** Along each of the names; one that stands twice in a term walks both. */
  const steps = (names: readonly string[]): number[][] =>
    inputs.map((value, i) => {
      const strides = spreadStrides(value!.shape, value!.shape);
      const along = (name: string): number =>
        [...terms[i]!].reduce((sum, own, d) => sum + (own === name ? strides[d]! : 0), 0);
      return names.map(along);
    });
  const shape = [...result].map((name) => sizes.get(name)!);
  const outer = walk(shape, steps([...result]));
  const inner = walk(
    summed.map((name) => sizes.get(name)!),
    steps(summed),
  );
  return {
    outputs: [{ shape, type: inputs[0]!.type }],
    grows: true,
    run(tensors, [out]) {
      let o = 0;
      outer.each((begins) => {
        for (let r = 0; r < outer.run; r++) {
          let sum = 0;
          inner.each((places) => {
            for (let k = 0; k < inner.run; k++) {
              let product = 1;
              for (let i = 0; i < tensors.length; i++) {
                const at = begins[i]! + r * outer.steps[i]! + places[i]! + k * inner.steps[i]!;
                product *= tensors[i]![at]!;
              }
              sum += product;
            }
          });
          out![o++] = sum;
        }
      });
    },
  };
};

/** @throws ONNX_PARSE for what cannot be an equation of so many inputs */
export const einsum: Operator = computed(compute, {
  needs: Number.POSITIVE_INFINITY,
  refuses({ node, inputs }) {
    const { terms, result } = equationOf(node);
    const all = new Set(terms.join(''));
    const isTerm = (term: string): boolean => !/[^a-zA-Z~]|~.*~/.test(term);
    const known = [...result].every((name) => all.has(name)) && all.has(REST) === result.includes(REST);
    if (known && terms.length === inputs.length && [...terms, result].every(isTerm)) return undefined;
    const equation = attributeOf(node, 'equation', 'string', '');
    throw new RivuletError('ONNX_PARSE', `Einsum: "${equation}" is no equation of ${inputs.length} inputs`, {
      equation,
      inputs: inputs.length,
    });
  },
});
