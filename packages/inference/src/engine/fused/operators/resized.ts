/** Resize to the nearest numbers or along straight lines between them, as exporters write PyTorch's `interpolate`. */
import { attributeOf, type OnnxNode } from '@rivulet/core';
import { type Compute, computed } from '../computed.ts';
import type { GraphFacts, Operator, PlanNode } from '../operator.ts';
import { axisOf, numbersOf, shapeError, stridesOf, type Value } from '../value.ts';

/** Of one dimension: sizes before and after, and by how much it grows. */
interface Scale {
  readonly size: number;
  readonly outputs: number;
  readonly scale: number;
}

const { fround } = Math;
const halfPixel = (i: number, { scale }: Scale): number => fround(fround(fround(i + 0.5) / scale) - 0.5);

/** Where a place of the output stands in the input, in float32 as onnxruntime computes it: ties depend on it. */
const PLACES: Readonly<Record<string, (i: number, of: Scale) => number>> = {
  half_pixel: halfPixel,
  pytorch_half_pixel: (i, of) => (of.outputs > 1 ? halfPixel(i, of) : 0),
  align_corners: (i, { size, outputs }) =>
    outputs > 1 ? fround(fround(i * (size - 1)) / fround(outputs - 1)) : 0,
  asymmetric: (i, { scale }) => fround(i / scale),
};

const NEAREST: Readonly<Record<string, (place: number) => number>> = {
  round_prefer_floor: (place) => Math.ceil(place - 0.5),
  round_prefer_ceil: (place) => Math.floor(place + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

const textOf = (node: OnnxNode, name: string, usual: string): string =>
  attributeOf(node, name, 'string', usual);
const placesOf = (node: OnnxNode): string => textOf(node, 'coordinate_transformation_mode', 'half_pixel');
const nearestOf = (node: OnnxNode): string => textOf(node, 'nearest_mode', 'round_prefer_floor');

function scalesOf(node: OnnxNode, inputs: readonly (Value | undefined)[]): Scale[] {
  const { shape } = inputs[0]!;
  const [scales = [], sizes = []] = [numbersOf(inputs[2]), numbersOf(inputs[3])];
  const every = [...shape.keys()];
  const axes = attributeOf(node, 'axes', 'ints', every).map((axis) => axisOf(axis, shape.length, node.op));
  const given = sizes.length > 0 ? sizes : scales;
  if (given.length !== axes.length) {
    throw shapeError(node.op, `${given.length} sizes or scales of ${axes.length} dimensions`, shape);
  }
  return shape.map((size, d): Scale => {
    const value = given[axes.indexOf(d)];
    if (value === undefined) return { size, outputs: size, scale: 1 };
    const outputs = sizes.length > 0 ? value : Math.floor(fround(size * fround(value)));
    const scale = sizes.length > 0 ? fround(value / size) : fround(value);
    if (outputs >= 0 && scale > 0 && (size > 0 || outputs === 0)) return { size, outputs, scale };
    throw shapeError(node.op, `dimension ${d} cannot have ${outputs} places`, shape);
  });
}

const resize: Compute = (node, inputs) => {
  const { shape: own, type } = inputs[0]!;
  const scales = scalesOf(node, inputs);
  const shape = scales.map(({ outputs }) => outputs);
  const linear = textOf(node, 'mode', 'nearest') === 'linear';
  const [placeOf, nearest] = [PLACES[placesOf(node)]!, NEAREST[nearestOf(node)]!];
  const [reads, writes] = [stridesOf(own), stridesOf(shape)];
  // For each place of a dimension that changes: the two numbers it stands between, and how far from the first.
  const dimensions = scales.flatMap((of, d) => {
    const { size, outputs, scale } = of;
    const kept = size === outputs && scale === 1;
    const within = (place: number): number => Math.min(Math.max(place, 0), size - 1);
    const places = Array.from({ length: outputs }, (_, i) => (kept ? i : placeOf(i, of)));
    const low = places.map((place) => within(linear ? Math.floor(within(place)) : nearest(place)));
    return {
      low: Int32Array.from(low, (at) => at * reads[d]!),
      high: Int32Array.from(low, (at) => Math.min(at + 1, size - 1) * reads[d]!),
      share: Float32Array.from(places, (place, i) => (linear ? within(place) - low[i]! : 0)),
    };
  });
  const between = linear ? dimensions.flatMap(({ share }, d) => (share.some((s) => s > 0) ? [d] : [])) : [];
  return {
    outputs: [{ shape, type }],
    run([data], [out]) {
      const places = new Int32Array(shape.length);
      for (let o = 0; o < out!.length; o++) {
        let base = 0;
        for (let d = 0; d < shape.length; d++) {
          places[d] = Math.floor(o / writes[d]!) % shape[d]!;
          base += dimensions[d]!.low[places[d]!]!;
        }
        let sum = 0;
        for (let corner = 0; corner < 1 << between.length; corner++) {
          let [at, weight] = [base, 1];
          for (let bit = 0; bit < between.length; bit++) {
            const d = between[bit]!;
            const { low, high, share } = dimensions[d]!;
            const i = places[d]!;
            if (corner & (1 << bit)) {
              at += high[i]! - low[i]!;
              weight *= share[i]!;
            } else weight *= 1 - share[i]!;
          }
          // Not a zero of it: of an infinite number that is none.
          if (weight !== 0) sum += weight * data![at]!;
        }
        out![o] = sum;
      }
    },
  };
};

function refuses({ node, inputs }: PlanNode, { opset }: GraphFacts): string | undefined {
  if (opset < 11) return `of opset ${opset}`;
  const mode = textOf(node, 'mode', 'nearest');
  if (mode !== 'nearest' && mode !== 'linear') return `mode=${mode}`;
  if (!Object.hasOwn(PLACES, placesOf(node))) return `coordinate_transformation_mode=${placesOf(node)}`;
  if (!Object.hasOwn(NEAREST, nearestOf(node))) return `nearest_mode=${nearestOf(node)}`;
  if (attributeOf(node, 'antialias', 'int', 0) !== 0) return 'antialias=1';
  const policy = textOf(node, 'keep_aspect_ratio_policy', 'stretch');
  if (policy !== 'stretch') return `keep_aspect_ratio_policy=${policy}`;
  return inputs[2] || inputs[3] ? undefined : 'neither scales nor sizes';
}

export const resized: Operator = computed(resize, { hosted: 1, refuses });
