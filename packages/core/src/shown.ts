/**
 * What a caller gave by mistake, as a text for an error that names it.
 * @returns its own text; of an object that has none (`Object.create(null)`), or throws when it is asked, its kind
 */
export function shown(value: unknown): string {
  try {
    return String(value);
  } catch {
    return `[${typeof value}]`;
  }
}
