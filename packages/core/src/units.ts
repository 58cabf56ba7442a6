/**
 * Units as types: a length in CSS pixels cannot be handed to who asks for milliseconds. A branded number is a
 * plain number at run time; it is made once where it enters the house (an event, a file, a clock).
 */

declare const unit: unique symbol;

export type Unit<Name extends string> = number & { readonly [unit]: Name };

/** Milliseconds; which clock (since 1970, since the page's start) stands where it is declared. */
export type Millis = Unit<'ms'>;

/** CSS pixels, as PointerEvent and layout count them. */
export type CssPx = Unit<'css px'>;

/** Canvas pixels: CSS pixels times devicePixelRatio. */
export type CanvasPx = Unit<'canvas px'>;

/** Steps of a series ahead of the last value that came. */
export type HorizonSteps = Unit<'horizon steps'>;

export const millis = (value: number): Millis => value as Millis;
export const cssPx = (value: number): CssPx => value as CssPx;
export const canvasPx = (value: number): CanvasPx => value as CanvasPx;
export const horizonSteps = (value: number): HorizonSteps => value as HorizonSteps;
