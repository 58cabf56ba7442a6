/**
 * `npm run bench -- frame`: milliseconds of the main thread for a step of the forecast page that replays a real sensor
 * at full speed, in Chromium: script, style, layout and paint. A frame of 60 Hz has 16.7.
 */
import { chromium } from '@playwright/test';
import { serve } from '@rivulet/front/serve';
import { BROWSER_FLAGS, findOrInstallBrowser } from '../browser/findBrowser.ts';
import { opened } from './servePage.ts';

const SECONDS = 5;

export async function bench(): Promise<Record<string, number>> {
  const server = opened(await serve(0));
  const browser = await chromium.launch({ executablePath: findOrInstallBrowser(), args: BROWSER_FLAGS });
  try {
    const page = await browser.newPage();
    await page.goto(`${server.url}forecast/`);
    await page
      .getByTestId('skill')
      .filter({ hasText: /better|worse|Level/ })
      .waitFor();
    await page.getByTestId('speed').selectOption('30');
    await page.waitForTimeout(500);
    const devtools = await page.context().newCDPSession(page);
    // Time the main thread really ran: what other processes do on a busy machine is none of the page's doing.
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
    const at = async () => {
      const { metrics } = await devtools.send('Performance.getMetrics');
      const busy = metrics.find(({ name }) => name === 'TaskDuration')!.value * 1000;
      return { busy, step: Number(await page.getByTestId('scrub').inputValue()) };
    };
    const before = await at();
    await page.waitForTimeout(SECONDS * 1000);
    const after = await at();
    const steps = after.step - before.step;
    const figures = {
      'steps a second': steps / SECONDS,
      'main thread, ms a step': (after.busy - before.busy) / steps,
    };
    for (const [name, value] of Object.entries(figures))
      console.log(`${name.padEnd(24)} ${value.toFixed(1)}`);
    return figures;
  } finally {
    await browser.close();
    server.close();
  }
}
