/** The two builds of the inference kernels: without and with relaxed SIMD. */
export const VARIANTS = ['plain', 'relaxed'] as const;
export type Variant = (typeof VARIANTS)[number];
