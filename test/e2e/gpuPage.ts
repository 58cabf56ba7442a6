/** A page of Chromium with WebGPU on the processor (SwiftShader): right results, no speed. */
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Browser, test as base, type Page } from '@playwright/test';
import sirv from 'sirv';
import { servePage } from '../bench/servePage.ts';
import { BROWSER_FLAGS, findBrowser } from '../browser/findBrowser.ts';
import { buildPages } from './buildPages.ts';

const executablePath = findBrowser();

const launchOptions = {
  ...(executablePath ? { executablePath } : {}),
  args: [...BROWSER_FLAGS, '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
};

interface GpuPage {
  readonly page: Page;
  /** Without one nothing can be tested. */
  readonly hasAdapter: boolean;
  close(): Promise<void>;
}

async function openGpuPage(browser: Browser): Promise<GpuPage> {
  const folder = await buildPages(['webgpu']);
  const files = sirv(fileURLToPath(new URL('../../models', import.meta.url)));
  const served = await servePage(folder, (request, response) => {
    if (!request.url?.startsWith('/models/')) return false;
    request.url = request.url.slice('/models'.length);
    files(request, response, () => void response.writeHead(404).end());
    return true;
  });
  const page = await browser.newPage();
  await page.goto(`${served.url}webgpu.html`);
  await page.waitForFunction(() => 'gpu' in window);
  const hasAdapter = await page.evaluate(async () => {
    if (!(await navigator.gpu?.requestAdapter())) return false;
    const bytes = window.gpu.stackBytes({ seed: 1, input: 1, layers: [{ op: 'RNN', hidden: 1 }] });
    await window.gpu.createSession(bytes, { engine: 'webgpu' });
    return true;
  });
  return {
    page,
    hasAdapter,
    async close() {
      await page.close();
      served.close();
      await rm(folder, { recursive: true });
    },
  };
}

/**
 * `page` is the same one for all tests, with one session open: its device keeps the pipelines, which take most of the
 * time.
 */
export const test = base.extend<{ page: Page }, { gpuPage: GpuPage }>({
  launchOptions: [launchOptions, { scope: 'worker' }],
  gpuPage: [
    async ({ browser }, use) => {
      const opened = await openGpuPage(browser);
      await use(opened);
      await opened.close();
    },
    { scope: 'worker' },
  ],
  page: async ({ gpuPage }, use, info) => {
    info.skip(
      !gpuPage.hasAdapter,
      'this browser has no WebGPU adapter, not even SwiftShader: nothing of the webgpu engine is tested',
    );
    await use(gpuPage.page);
  },
});
