/** Whether a model that knows some languages can serve a language tag that a page asks for. */

/**
 * Regions and variants do not matter to a recogniser, scripts do: en-GB is served by en, en-Shaw is not. A model
 * made for one script of a language (az-Latn) does not serve the language at large (az), as the specification
 * asks.
 * @param known BCP 47 tags of the model
 * @param wanted a tag; one that is no BCP 47 tag is never served
 */
export function languageMatch(known: readonly string[], wanted: string): boolean {
  const asked = localeOf(wanted);
  if (!asked) return false;
  return known.some((tag) => {
    const own = localeOf(tag);
    if (own?.language !== asked.language) return false;
    if (own.script && !asked.script) return false;
    return own.maximize().script === asked.maximize().script;
  });
}

/** Primary subtag, in lower case; undefined for what is no tag. */
export function primaryLanguage(tag: string): string | undefined {
  return localeOf(tag)?.language;
}

function localeOf(tag: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(tag);
  } catch {
    return undefined;
  }
}
