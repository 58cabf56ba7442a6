/**
 * Before `npm test`: installs the packages where nobody has yet. Plain JavaScript without imports from packages,
 * because it must run on whatever Node the machine has and before anything is installed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
// npm writes this file last, so a broken-off installation is done again.
if (!existsSync(`${root}node_modules/.package-lock.json`)) {
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}
