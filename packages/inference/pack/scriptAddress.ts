/**
 * The address of a script that a bundle carries as text. Made once: a page that starts workers again and again must
 * not keep a copy for each, and nobody tells when the last one has been read.
 */
let address: string | undefined;

export function scriptAddress(text: string): string {
  return (address ??= URL.createObjectURL(new Blob([text], { type: 'text/javascript' })));
}
