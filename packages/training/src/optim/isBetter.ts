/** Which of two validations has the weights to keep. */

/** A lower `best`, or the same with a lower loss: early figures of CTC are all 1. NaN is worse than any number. */
export function isBetter(
  found: Readonly<Record<string, number>>,
  held: Readonly<Record<string, number>> | undefined,
): boolean {
  if (!held || (Number.isNaN(held.best) && !Number.isNaN(found.best))) return true;
  return found.best! < held.best! || (found.best === held.best && found.valLoss! < held.valLoss!);
}
