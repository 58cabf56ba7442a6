import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Every unit test of the house in one run; browser tests are Playwright's (`test/e2e`). */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.{ts,tsx}', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/e2e/**'],
    globalSetup: 'test/loadThreadScripts.ts',
    execArgv: ['--import', new URL('../compileCache.mjs', import.meta.url).href],
    // Not threads: V8 has crashed ("jit_page.has_value()") as one thread ended while others compiled WebAssembly.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    // Some hooks do what a test does: train a whole run, or build a page.
    hookTimeout: 60_000,
  },
});
