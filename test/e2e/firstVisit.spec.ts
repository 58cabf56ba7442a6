/** A first visit fetches every byte once, although page and service worker both want most of the files. */
import type { AddressInfo } from 'node:net';
import { expect, test } from '@playwright/test';
import { serve } from '@rivulet/front/serve';
import { expectLearningKept, expectOfflineReady } from './handwriting/desk.ts';

/** Answers that carried a body, by address. */
async function countingServer() {
  const bodies = new Map<string, number>();
  const server = await serve(0);
  server.prependListener('request', (request, response) => {
    const address = request.url ?? '';
    response.on('finish', () => {
      if (response.statusCode === 200) bodies.set(address, (bodies.get(address) ?? 0) + 1);
    });
  });
  return {
    bodies,
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

for (const [app, model] of [
  ['handwriting', 'handwriting-en'],
  ['forecast', 'sensor-forecaster'],
] as const) {
  test(`the ${app} page fetches each of its files once, and all that it needs offline`, async ({
    page,
    context,
  }) => {
    const server = await countingServer();
    try {
      await page.goto(`${server.url}/${app}/`);
      await expectOfflineReady(page);
      if (app === 'handwriting') await expectLearningKept(page);
      expect(server.bodies.get(`/${app}/models/${model}/model.int8.onnx`)).toBe(1);
      expect([...server.bodies].filter(([, times]) => times > 1)).toEqual([]);
      expect(server.bodies.size).toBeGreaterThan(15);

      await context.setOffline(true);
      // The browser's own cache also answers offline, for as long as it keeps a file: that is no promise.
      const kept: string[] = [];
      const lost: string[] = [];
      page.on('requestfailed', (request) => lost.push(request.url()));
      page.on('response', (response) => (response.fromServiceWorker() ? kept : lost).push(response.url()));
      await page.reload({ waitUntil: 'networkidle' });
      await expect(page.getByRole('banner')).toBeVisible();
      await expect.poll(() => kept).toContainEqual(expect.stringContaining('model.int8.onnx'));
      expect(lost).toEqual([]);
    } finally {
      server.close();
    }
  });
}
