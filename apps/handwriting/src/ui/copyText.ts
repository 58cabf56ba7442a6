import { toast } from '@rivulet/shell';

/** Puts the text on the clipboard, and says whether that worked: browsers may refuse. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast('Text copied');
  } catch {
    toast('The browser did not allow copying');
  }
}
