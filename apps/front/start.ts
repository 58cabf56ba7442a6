/**
 * `npm start`: builds what changed and serves both apps on one printed address.
 * The build is Turborepo's, so a second start has nothing to do but listen.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { serve } from './serve.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const build = spawnSync('turbo', ['run', 'build', '--output-logs=errors-only'], {
  cwd: root,
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
if (build.status !== 0) process.exit(build.status ?? 1);

const wanted = Number(process.env.PORT ?? 4173);
const server = await serve(wanted).catch((error: NodeJS.ErrnoException) => {
  // A busy port is no reason to fail when nobody asked for that port.
  if (error.code === 'EADDRINUSE' && process.env.PORT === undefined) return serve(0);
  throw error;
});
const address = server.address();
const port = typeof address === 'object' && address ? address.port : wanted;
console.log(`\n  Rivulet is at http://localhost:${port}/   (Ctrl+C stops it)\n`);
