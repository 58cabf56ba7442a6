/**
 * `npm run bench -- webgpu`: milliseconds a call of the webgpu engine and of the fused one (float32, one thread), in
 * turns, in Chromium on SwiftShader, whose times say nothing of a GPU's; `npm run bench -- webgpu gpu` takes the
 * machine's own. Chromium without a GPU may never answer that it has none, so nothing is tried.
 */
import { chromium } from '@playwright/test';
import { BROWSER_FLAGS, findOrInstallBrowser } from '../browser/findBrowser.ts';
import { buildPage } from './buildPage.ts';
import type { WebgpuTimes } from './page/webgpu.ts';
import { servePage } from './servePage.ts';

const SOFTWARE = '--use-webgpu-adapter=swiftshader';

export const PARTS = ['gpu'];

export async function bench(args: readonly string[]): Promise<Record<string, number>> {
  const page = await buildPage('webgpu');
  const server = await servePage(page.folder, () => false);
  try {
    return report(await timesWith(server.url, args.includes('gpu') ? [] : [SOFTWARE]));
  } finally {
    server.close();
    await page.dispose();
  }
}

/** @throws where there is no adapter */
async function timesWith(url: string, flags: readonly string[]): Promise<WebgpuTimes> {
  const args = [...BROWSER_FLAGS, '--enable-unsafe-webgpu', ...flags];
  const browser = await chromium.launch({ executablePath: findOrInstallBrowser(), args });
  try {
    const tab = await browser.newPage();
    await tab.goto(`${url}webgpu.html`);
    await tab.waitForFunction(() => window.webgpuTimes ?? window.noWebgpu, null, { timeout: 600_000 });
    const { times, none } = await tab.evaluate(() => ({ times: window.webgpuTimes, none: window.noWebgpu }));
    if (!times) throw new Error(none);
    return times;
  } finally {
    await browser.close();
  }
}

function report({ adapter, software, cases }: WebgpuTimes): Record<string, number> {
  const figures: Record<string, number> = {};
  console.log(`adapter: ${adapter}`);
  if (software) {
    console.log(
      'It computes on the processor: that the results agree means something, the times mean nothing.',
    );
  }
  const head = ['webgpu ms', 'fused ms', 'fused/webgpu', 'largest difference'];
  console.log(`${''.padEnd(44)}${head.map((word) => word.padStart(20)).join('')}`);
  for (const { name, webgpu, fused, off } of cases) {
    const row = [
      webgpu.toFixed(2),
      fused.toFixed(2),
      `${(fused / webgpu).toFixed(2)}x`,
      off.toExponential(1),
    ];
    console.log(`${name.padEnd(44)}${row.map((word) => word.padStart(20)).join('')}`);
    figures[`${adapter}, ${name}, webgpu, ms`] = webgpu;
    figures[`${adapter}, ${name}, fused, ms`] = fused;
    figures[`${adapter}, ${name}, largest difference`] = off;
  }
  return figures;
}
