/** Boxes of numbers with strides of their own, walked in runs as long as their layout allows. */

export interface Walk {
  /** Elements of one run. */
  readonly run: number;
  /** From one element of a run to the next, for each tensor. */
  readonly steps: readonly number[];
  /** Calls back with the places where each run begins, in row-major order. */
  each(visit: (at: readonly number[]) => void): void;
}

export interface Merged {
  readonly sizes: readonly number[];
  /** For each tensor. */
  readonly strides: readonly (readonly number[])[];
}

/** Dimensions that lie behind each other in every tensor become one; there is always at least one. */
export function merge(shape: readonly number[], strides: readonly (readonly number[])[]): Merged {
  const sizes = [1];
  const merged = strides.map(() => [1]);
  for (let d = shape.length - 1; d >= 0; d--) {
    const size = shape[d]!;
    if (size === 1) continue;
    const inner = sizes[0]!;
    if (inner === 1) {
      sizes[0] = size;
      merged.forEach((list, i) => {
        list[0] = strides[i]![d]!;
      });
    } else if (merged.every((list, i) => strides[i]![d] === list[0]! * inner)) {
      sizes[0] = inner * size;
    } else {
      sizes.unshift(size);
      merged.forEach((list, i) => {
        list.unshift(strides[i]![d]!);
      });
    }
  }
  return { sizes, strides: merged };
}

export function walk(shape: readonly number[], strides: readonly (readonly number[])[]): Walk {
  const { sizes, strides: merged } = merge(shape, strides);
  const last = sizes.length - 1;
  return {
    run: sizes[last]!,
    steps: merged.map((list) => list[last]!),
    each(visit) {
      if (sizes.includes(0)) return;
      const at = merged.map(() => 0);
      const index = sizes.map(() => 0);
      for (;;) {
        visit(at);
        let d = last - 1;
        for (; d >= 0; d--) {
          index[d]!++;
          for (let i = 0; i < at.length; i++) at[i]! += merged[i]![d]!;
          if (index[d]! < sizes[d]!) break;
          for (let i = 0; i < at.length; i++) at[i]! -= merged[i]![d]! * sizes[d]!;
          index[d] = 0;
        }
        if (d < 0) return;
      }
    },
  };
}
