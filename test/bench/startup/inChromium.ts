/** Milliseconds from `new Worker` to the first result, in a page that is open and whose browser has nothing cached. */
import type { Browser } from '@playwright/test';
import { buildPage } from '../buildPage.ts';
import { servePage } from '../servePage.ts';
import { COLD_CASES } from './coldCases.ts';
import { cold } from './coldTab.ts';
import { compressFiles } from './compressFiles.ts';
import { inTurns, type Samples } from './inTurns.ts';

export async function inChromium(browser: Browser): Promise<Samples> {
  const page = await buildPage('fresh');
  await compressFiles(page.folder);
  const server = await servePage(page.folder, (request, response) => {
    const [, index] = /^\/model(\d+)\.onnx/.exec(request.url ?? '') ?? [];
    if (index === undefined) return false;
    const { bytes } = COLD_CASES[Number(index)]!;
    response.writeHead(200, { 'content-length': bytes.length, 'content-type': 'application/octet-stream' });
    response.end(bytes);
    return true;
  });
  try {
    return await inTurns((engine, index) =>
      cold(browser, async (tab) => {
        await tab.goto(`${server.url}fresh.html`, { waitUntil: 'networkidle' });
        return tab.evaluate(([engine, call]) => window.firstCall[engine](call), [
          engine,
          { location: `/model${index}.onnx`, shape: COLD_CASES[index]!.shape },
        ] as const);
      }),
    );
  } finally {
    server.close();
    await page.dispose();
  }
}
