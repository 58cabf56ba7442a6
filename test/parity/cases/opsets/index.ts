import { LAYERS } from './layers.ts';
import { NUMBERS } from './numbers.ts';
import type { OpsetCase } from './opsetCase.ts';
import { OVER_AXES } from './reductions.ts';
import { SHAPES } from './shapes.ts';

export const OPSET_CASES: readonly OpsetCase[] = [...NUMBERS, ...SHAPES, ...OVER_AXES, ...LAYERS];
