/**
 * Units as types: seconds, or a count, cannot be handed to who asks for milliseconds. A branded number is a
 * plain number at run time; it is made once where it enters the house (an event, a file, a clock).
 */

declare const unit: unique symbol;

type Unit<Name extends string> = number & { readonly [unit]: Name };

/** Milliseconds; which clock (since 1970, since the page's start) stands where it is declared. */
export type Millis = Unit<'ms'>;

/** Gives a plain number its unit, where it enters the house. */
export const millis = (value: number): Millis => value as Millis;
