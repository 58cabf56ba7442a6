/** A new version of a page: it asks before it takes over, and what was written is there after the reload. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import {
  expectOfflineReady,
  expectRead,
  keptStrokes,
  plainWord,
  textOf,
  writeWord,
} from './handwriting/desk.ts';

/** The built site with service workers whose bytes name a version. */
class Site {
  version = 1;
  private readonly server: Server;

  constructor(origin: string) {
    this.server = createServer(async (request, response) => {
      const answer = await fetch(origin + request.url);
      const body = Buffer.from(await answer.arrayBuffer());
      const isWorker = request.url?.endsWith('/sw.js');
      response.writeHead(answer.status, {
        'content-type': answer.headers.get('content-type') ?? 'text/plain',
        'cache-control': 'no-cache',
      });
      response.end(isWorker ? `${body}\n// version ${this.version}` : body);
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

const lookForUpdate = () =>
  navigator.serviceWorker.ready.then((registration) => registration.update()).then(() => {});

test('the handwriting page asks, saves and reloads', async ({ page, baseURL }) => {
  const site = new Site(baseURL!);
  try {
    const address = await site.listen();
    await page.goto(`${address}/handwriting/`);
    await expectOfflineReady(page);
    await writeWord(page);
    await expectRead(page);
    const text = await textOf(page);
    await expect(page.getByTestId('update-prompt')).toHaveCount(0);

    site.version++;
    await page.evaluate(lookForUpdate);
    await expect(page.getByTestId('update-prompt')).toContainText('A new version is ready');
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    await page.getByRole('button', { name: 'Later' }).click();
    await expect(page.getByTestId('update-prompt')).toHaveCount(0);

    // Put off, it asks again at the next visit.
    await page.reload();
    await expect(page.getByTestId('update-prompt')).toBeVisible();
    const reloaded = page.waitForEvent('load');
    await page.getByRole('button', { name: 'Reload' }).click();
    await reloaded;
    await expect(page.getByTestId('recognised-text')).toHaveText(text!);
    expect(await keptStrokes(page)).toHaveLength(plainWord.strokes.length);
    await expect(page.getByTestId('update-prompt')).toHaveCount(0);
  } finally {
    site.close();
  }
});

test('one tab agrees: the other hears of it and reloads when it is asked to', async ({
  context,
  baseURL,
}) => {
  const site = new Site(baseURL!);
  try {
    const address = await site.listen();
    const [one, other] = [await context.newPage(), await context.newPage()];
    for (const page of [one, other]) {
      await page.goto(`${address}/forecast/`);
      await expectOfflineReady(page);
    }
    site.version++;
    await one.evaluate(lookForUpdate);
    const reloaded = one.waitForEvent('load');
    await one.getByRole('button', { name: 'Reload' }).click();
    await reloaded;
    await expect(other.getByTestId('update-prompt')).toContainText('Another tab already uses it');
    const followed = other.waitForEvent('load');
    await other.getByRole('button', { name: 'Reload' }).click();
    await followed;
    await expect(other.getByTestId('sensor-card')).toHaveCount(3);
  } finally {
    site.close();
  }
});
