/**
 * `npm test`: everything, in the order that fails fastest: types and lint, then unit, kernel and parity
 * tests, then the browser. The first failing stage ends the run. The closing line counts the stages.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findOrInstallBrowser } from './browser/findBrowser.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const only = process.argv.slice(2);

const STAGES: readonly { name: string; command: string; args: string[] }[] = [
  { name: 'lint', command: 'biome', args: ['check', '.'] },
  { name: 'build', command: 'turbo', args: ['run', 'build', 'types', '--output-logs=errors-only'] },
  { name: 'unit', command: 'vitest', args: ['run', '--config', 'test/vitest.config.ts'] },
  { name: 'browser', command: 'playwright', args: ['test', '--config', 'test/playwright.config.ts'] },
];

const stages = only.length ? STAGES.filter(({ name }) => only.includes(name)) : STAGES;
const env = { ...process.env };
let passed = 0;
for (const { name, command, args } of stages) {
  if (name === 'browser') env.CHROME_PATH = findOrInstallBrowser();
  const started = performance.now();
  console.log(`\n== ${name}`);
  const { status } = spawnSync(command, args, {
    cwd: root,
    env,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  console.log(
    `== ${name}: ${status === 0 ? 'passed' : 'FAILED'} in ${((performance.now() - started) / 1000).toFixed(0)} s`,
  );
  if (status !== 0) {
    console.log(`stages: ${passed} passed, 1 failed`);
    process.exit(status ?? 1);
  }
  passed++;
}
console.log(`stages: ${passed} passed, 0 failed`);
