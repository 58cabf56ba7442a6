import { fileURLToPath } from 'node:url';
import { defineConfig } from '@playwright/test';
import { BROWSER_FLAGS, findBrowser } from './browser/findBrowser.ts';

const port = Number(process.env.E2E_PORT ?? 4180);
const executablePath = findBrowser();

/** Browser tests against the built sites, served as `npm start` serves them. */
export default defineConfig({
  testMatch: ['e2e/**/*.spec.ts', 'packages/**/*.spec.ts'],
  outputDir: '../test-results',
  fullyParallel: false,
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: process.env.CI ? [['line']] : [['list']],
  use: {
    baseURL: `http://localhost:${port}`,
    viewport: { width: 1180, height: 820 },
    launchOptions: { ...(executablePath ? { executablePath } : {}), args: BROWSER_FLAGS },
    screenshot: 'only-on-failure',
  },
  webServer: {
    command: 'node apps/front/serve.ts',
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { PORT: String(port) },
    url: `http://localhost:${port}/`,
    reuseExistingServer: !process.env.CI,
  },
});
