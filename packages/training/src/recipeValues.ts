/** Values that several parts of a recipe are made of. */
import * as v from 'valibot';

/** Beyond the safe integers a file of the model would hold another number than the recipe. */
export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
export const fraction = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
/** [0, 1) */
export const decay = v.pipe(v.number(), v.minValue(0), v.ltValue(1));
export const positive = v.pipe(v.number(), v.gtValue(0));
export const identifier = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z_][\w-]*$/, 'a name of letters, digits, _ and -'),
);

/** Keys of every layer: `in` defaults to the layer before (the first layer: to the first input), `name` to `<op><index>`. */
export const layerKeys = { name: v.optional(identifier), in: v.optional(identifier) };
