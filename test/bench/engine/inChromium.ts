/** The engine bench in a worker of Chromium. */
import { chromium } from '@playwright/test';
import { BROWSER_FLAGS, findOrInstallBrowser } from '../../browser/findBrowser.ts';
import { buildPage } from '../buildPage.ts';
import { servePage } from '../servePage.ts';
import type { EngineTimes } from './measure.ts';

/** @throws when the page says why there are no times, or after ten minutes */
export async function inChromium(): Promise<EngineTimes> {
  const page = await buildPage('engine');
  const server = await servePage(page.folder, () => false);
  const browser = await chromium.launch({ executablePath: findOrInstallBrowser(), args: BROWSER_FLAGS });
  try {
    const tab = await browser.newPage();
    await tab.goto(`${server.url}engine.html`);
    await tab.waitForFunction(() => window.engineTimes ?? window.failure, null, { timeout: 600_000 });
    const { times, failure } = await tab.evaluate(() => ({
      times: window.engineTimes,
      failure: window.failure,
    }));
    if (!times) throw new Error(failure);
    return times;
  } finally {
    await browser.close();
    server.close();
    await page.dispose();
  }
}
