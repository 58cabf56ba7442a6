import type { Browser, Page } from '@playwright/test';

/** In a context of its own: no file, no database and no compiled code from the run before. */
export async function cold<T>(browser: Browser, measure: (tab: Page) => Promise<T>): Promise<T> {
  const context = await browser.newContext();
  try {
    return await measure(await context.newPage());
  } finally {
    await context.close();
  }
}
