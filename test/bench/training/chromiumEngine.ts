/** The same trainer, one thread, in a module worker of Chromium. */
import { chromium } from '@playwright/test';
import { BROWSER_FLAGS, findOrInstallBrowser } from '../../browser/findBrowser.ts';
import { buildPage } from '../buildPage.ts';
import { servePage } from '../servePage.ts';
import type { TrainingEngine } from './engine.ts';

export async function openChromium(): Promise<TrainingEngine> {
  const page = await buildPage('training');
  const server = await servePage(page.folder, () => false);
  const browser = await chromium.launch({ executablePath: findOrInstallBrowser(), args: BROWSER_FLAGS });
  return {
    name: `Chromium ${browser.version().split('.')[0]}, in a worker`,
    async open(job) {
      const tab = await browser.newPage();
      await tab.goto(`${server.url}training.html`);
      await tab.waitForFunction(() => window.trainSteps);
      await tab.evaluate((wanted) => window.trainSteps!({ open: wanted }), job);
      return (steps) => tab.evaluate((count) => window.trainSteps!({ steps: count }), steps);
    },
    async close() {
      await browser.close();
      server.close();
      await page.dispose();
    },
  };
}
